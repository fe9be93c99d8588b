import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { test } from 'tap';
import { decodeMsgpack } from '../../../src/http/body/msgpack.js';

const packr = new Packr({ useRecords: false });
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('reads what an encoder writes: everything that JSON can say, and binary', async (t) => {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double().map((x) => x + 0),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.uint8Array({ maxLength: 300 }),
      fc.array(tie('tree'), { maxLength: 20 }),
      fc.dictionary(fc.string(), tie('tree'), { maxKeys: 20, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      deepEqual(decodeMsgpack(new Uint8Array(packr.pack(value))), value);
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('every form of the format', async (t) => {
  const forms: [string, unknown][] = [
    ['00', 0],
    ['7f', 127],
    ['e0', -32],
    ['ff', -1],
    ['cc ff', 255],
    ['cd ffff', 65_535],
    ['ce ffffffff', 4_294_967_295],
    ['cf 0020000000000000', 2 ** 53],
    ['d0 80', -128],
    ['d1 8000', -32_768],
    ['d2 80000000', -2_147_483_648],
    ['d3 ffffffffffffffff', -1],
    ['ca 3fc00000', 1.5],
    ['cb 3ff8000000000000', 1.5],
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['a0', ''],
    ['a161', 'a'],
    ['d9 01 61', 'a'],
    ['da 0001 61', 'a'],
    ['db 00000001 61', 'a'],
    ['90', []],
    ['91 01', [1]],
    ['dc 0001 01', [1]],
    ['dd 00000001 01', [1]],
    ['80', {}],
    ['81 a161 01', { a: 1 }],
    ['de 0001 a161 01', { a: 1 }],
    ['df 00000001 a161 01', { a: 1 }],
  ];
  for (const [bytes, value] of forms) t.same(decodeMsgpack(hex(bytes)), value, bytes);
  for (const bytes of ['c4 02 0102', 'c5 0002 0102', 'c6 00000002 0102'])
    t.same(Buffer.from(decodeMsgpack(hex(bytes)) as Uint8Array), Buffer.of(1, 2), bytes);
});

test('refuses everything else', async (t) => {
  const wrong: Record<string, Uint8Array> = {
    nothing: hex(''),
    'a reserved type': hex('c1'),
    'bytes behind': hex('01 01'),
    'not UTF-8': hex('a1 ff'),
    'a surrogate': hex('a3 eda080'),
    'a number as key': hex('81 01 01'),
    'an object as key': hex('81 80 01'),
    'a fixed extension': hex('d4 00 00'),
    'a record': hex('d4 72 40 91 a161 01'),
    'a big integer': hex('c7 01 42 05'),
    'a date': hex('d6 ff 00000000'),
    'an array of four milliards': hex('dd ffffffff'),
    'a map of four milliards': hex('df ffffffff'),
    'text of four milliards': hex('db ffffffff 61'),
    'binary of four milliards': hex('c6 ffffffff 61'),
    'a thousand arrays in each other': Buffer.concat([Buffer.alloc(1000, 0x91), hex('c0')]),
    'a million maps in each other': Buffer.concat([
      Buffer.alloc(2_000_000, Buffer.from('81a0', 'hex')),
      hex('c0'),
    ]),
  };
  for (const [name, bytes] of Object.entries(wrong)) t.throws(() => decodeMsgpack(bytes), Error, name);
});

test('random bytes end in a value or an Error; a name changes no prototype', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        decodeMsgpack(bytes);
      } catch (error) {
        if (!(error instanceof Error) || error instanceof RangeError) throw error;
      }
    }),
    { numRuns: 5000 },
  );
  const value = decodeMsgpack(hex('81 a95f5f70726f746f5f5f 81 a161 01')) as object;
  t.same(Object.keys(value), ['__proto__']);
  t.equal(({} as { a?: number }).a, undefined);
});
