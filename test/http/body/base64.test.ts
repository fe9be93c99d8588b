import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { decodeBase64 } from '../../../src/http/body/base64.js';

const decode = (text: string, bytesMax = 1e6): Buffer =>
  Buffer.from(decodeBase64(text, bytesMax, 'image_base64'));

t.test('[inputs.base64] both alphabets, padded or not, as data URI, with line breaks', async (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.constantFrom('base64', 'base64url' as const),
      fc.boolean(),
      fc.constantFrom(
        '',
        'data:image/png;base64,',
        'DATA:;base64,'.toLowerCase(),
        'data:image/jpeg;charset=x;base64,',
      ),
      fc.boolean(),
      (bytes, alphabet, padded, prefix, lines) => {
        let text = Buffer.from(bytes).toString(alphabet as 'base64');
        text = padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text.replace(/=+$/, '');
        if (lines) text = text.replace(/.{76}/g, '$&\r\n');
        t.ok(decode(prefix + text).equals(Buffer.from(bytes)));
      },
    ),
    { numRuns: 300 },
  );
});

t.test('[inputs.base64] what is no base64 is refused, not read as something else', async (t) => {
  for (const text of ['%%%%', 'abc!', 'a', 'abcde', 'ab=c', 'ab=', '====', 'äöüß', 'abcd\u0000'])
    t.throws(() => decode(text), { code: 'invalid_request', param: 'image_base64' }, JSON.stringify(text));
  t.throws(() => decode('data:image/png,abcd'), { message: /without ';base64,'/ });
  for (const text of ['', 'data:;base64,', '==']) t.throws(() => decode(text), { code: 'invalid_request' });
});

t.test('[limits.bytes] the limit holds exactly, and says what was seen', async (t) => {
  t.equal(decode(randomBytes(1000).toString('base64'), 1000).length, 1000);
  t.throws(() => decode(randomBytes(1001).toString('base64'), 1000), {
    code: 'image_too_large',
    message: 'Image exceeds 1 kB limit (got 1.001 kB)',
  });
});
