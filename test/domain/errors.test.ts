import { test } from 'tap';
import { AidetError, fromPlainError, STATUS, toPlainError } from '../../src/domain/errors.js';

test('an error keeps code, message, field and retry time across a thread border', async (t) => {
  const error = new AidetError('rate_limited', 'Too many requests', { param: 'images[3]', retryAfterS: 7 });
  const back = fromPlainError(structuredClone(toPlainError(error)));
  t.match(back, { code: 'rate_limited', message: 'Too many requests', param: 'images[3]', retryAfterS: 7 });
  t.equal(back.status, STATUS.rate_limited);
});

test('the inside of an unexpected error is not shown', async (t) => {
  t.same(toPlainError(new Error('/secret/path')), { code: 'internal_error', message: 'Internal error' });
});
