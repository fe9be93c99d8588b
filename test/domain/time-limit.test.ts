import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { startTimeLimit } from '../../src/domain/time-limit.js';
import { collectGarbage } from '../support/garbage.js';

/** Holds no more of a limit than a caller that waits for its signal. */
function ended(ms: number, ...signals: AbortSignal[]): Promise<unknown> {
  const { signal } = startTimeLimit(ms, ...signals);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
}

test('the time comes, however often garbage is collected', async (t) => {
  let reason: unknown;
  void ended(200, new AbortController().signal).then((given) => {
    reason = given;
  });
  while (reason === undefined) {
    collectGarbage();
    await sleep(10);
  }
  t.match(reason, { name: 'TimeoutError' });
});

test('ends with the first of its signals, and says which', async (t) => {
  const client = new AbortController();
  const limit = startTimeLimit(60_000, new AbortController().signal, client.signal);
  t.equal(limit.signal.aborted, false);
  client.abort(new Error('gone'));
  t.match(limit.signal.reason, { message: 'gone' });
  t.equal(limit.isOver(), false);
  limit.clear();
  const late = startTimeLimit(1, client.signal);
  t.match(late.signal.reason, { message: 'gone' }, 'aborted from the start');
  await sleep(10);
  t.equal(late.isOver(), false);
  late.clear();
});

test('a cleared limit never ends, and leaves nothing on its signals', async (t) => {
  const client = new AbortController();
  const limit = startTimeLimit(1, client.signal);
  limit.clear();
  await sleep(20);
  client.abort();
  t.equal(limit.signal.aborted, false);
  const over = startTimeLimit(1);
  await sleep(20);
  t.equal(over.isOver(), true);
  over.clear();
});
