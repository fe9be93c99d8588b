import t from 'tap';
import { createLog, withoutSecrets } from '../../src/observability/log.js';

/** The line that logging a value gives. */
function lineOf(value: object): string {
  let line = '';
  const write = (text: string): void => {
    line = text;
  };
  createLog({ level: 'info' }, { write }).info(value);
  return line;
}

t.test('secrets by name are taken out, at any depth, whatever their value', async (t) => {
  const hidden = 'h1dd3n';
  const values: Record<string, unknown> = {
    text: hidden,
    'a text with quotes and backslashes': `a"\\"b\\${hidden}`,
    'a text that ends in a backslash': `${hidden}\\`,
    object: { inside: { a: { b: [] } }, more: hidden },
    number: 12345678,
    nothing: null,
    list: [1, hidden],
  };
  for (const [what, value] of Object.entries(values)) {
    for (const holder of [
      { authorization: value },
      { err: { headers: { Cookie: value } } },
      { a: [{ b: { image_url: value } }] },
    ]) {
      const line = lineOf({ before: 1, ...holder, after: 'seen' });
      t.notMatch(line, /h1dd3n|12345678/, `${what}: ${line}`);
      t.match(line, /"\[redacted\]"/);
      t.match(line, /"before":1/);
    }
    const line = lineOf({ token: value, after: 'seen' });
    t.match(JSON.parse(line), { token: '[redacted]', after: 'seen' }, `${what}: the line stays JSON`);
    t.match(JSON.parse(lineOf({ token: value })), { token: '[redacted]' }, `${what}, at the end`);
  }
});

t.test('keys of this product are taken out of any text', async (t) => {
  const key = `aidet_live_sk_${'a'.repeat(33)}`;
  t.notMatch(lineOf({ err: new Error(`no ${key} here`) }), /a{33}/);
  t.match(lineOf({ note: `x ${key} y` }), /x aidet_live_sk_\[redacted\] y/);
});

t.test('everything else stays as it is', async (t) => {
  const value = {
    operation: 'detect',
    status: 200,
    key_id: 'key_1',
    request_id: 'req_1',
    words: 'a token, a key',
  };
  t.match(JSON.parse(lineOf(value)), { ...value, level: 'info' });
  const plain = '{"a":1,"key_id":"k","b":"the \\"key\\": x"}';
  t.equal(withoutSecrets(plain), plain);
});
