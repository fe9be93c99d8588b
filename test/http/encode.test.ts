import { unpack } from 'msgpackr';
import t from 'tap';
import { acceptedEncoding, encode } from '../../src/http/encode.js';

t.test(
  '[conventions.msgpack] MessagePack only where Accept names it and does not rank JSON above it',
  async (t) => {
    const cases: [string | undefined, 'json' | 'msgpack'][] = [
      [undefined, 'json'],
      ['', 'json'],
      ['*/*', 'json'],
      ['application/json', 'json'],
      ['application/msgpack', 'msgpack'],
      ['application/x-msgpack', 'msgpack'],
      ['Application/MsgPack; q=0.5', 'msgpack'],
      ['application/msgpack, application/json', 'msgpack'],
      ['application/json, application/msgpack;q=0.9', 'json'],
      ['application/json;q=0.8, application/msgpack;q=0.9', 'msgpack'],
      ['application/msgpack;q=0', 'json'],
      ['text/html, */*;q=0.1', 'json'],
    ];
    for (const [accept, encoding] of cases)
      t.equal(
        acceptedEncoding(new Map(accept === undefined ? [] : [['accept', accept]])),
        encoding,
        String(accept),
      );
  },
);

t.test('both encodings say the same', async (t) => {
  const value = { a: [1, 2.5, null, true], b: { c: 'ü', d: {} }, e: -1e-9, f: 2 ** 40 };
  const msgpack = encode(value, 'msgpack');
  t.equal(msgpack.contentType, 'application/msgpack');
  t.strictSame(unpack(msgpack.bytes), value);
  t.equal(msgpack.bytes[0], 0x84, 'a plain map of four');
  const json = encode(value, 'json');
  t.equal(json.contentType, 'application/json');
  t.strictSame(JSON.parse(Buffer.from(json.bytes).toString()), value);
});
