import fc from 'fast-check';
import t from 'tap';
import { type ElementLimits, JsonElements } from '../../../src/http/batch/json-elements.js';

interface Seen {
  fields: [string, unknown][];
  elements: unknown[];
}

const OVERSIZED = Symbol('oversized');
const LIMITS: ElementLimits = { elementBytesMax: 1e6, fieldBytesMax: 1e6 };

/** Splits a text given in pieces; each piece is wiped afterwards, as the engine's memory is. */
function split(text: string | Uint8Array, cuts: number[] = [], limits = LIMITS): Seen {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const seen: Seen = { fields: [], elements: [] };
  const elements = new JsonElements(
    {
      field: (name, value) => seen.fields.push([name, value]),
      element: (value) => seen.elements.push(value),
      oversized: () => seen.elements.push(OVERSIZED),
      holds() {},
    },
    limits,
  );
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    const piece = Uint8Array.from(bytes.subarray(from, to));
    elements.write(piece);
    piece.fill(0x22);
    from = to;
  }
  elements.end();
  return seen;
}

/** A batch body as a client may write it: any values, any order, any white space. */
const body = fc
  .record({
    images: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
    before: fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 })), {
      maxLength: 3,
    }),
    after: fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 })), { maxLength: 3 }),
    space: fc.constantFrom('', ' ', '\n\t', '\r\n '),
    escapeSlashes: fc.boolean(),
  })
  .map(({ images, before, after, space, escapeSlashes }) => {
    const isOwn = ([name]: [string, unknown]): boolean => name !== 'images';
    const fields = (entries: [string, unknown][]): string[] =>
      entries
        .filter(isOwn)
        .map(([name, value]) => `${JSON.stringify(name)}${space}:${space}${JSON.stringify(value)}`);
    const list = images.map((value) => space + JSON.stringify(value) + space).join(',');
    const parts = [...fields(before), `"images"${space}:${space}[${list}]`, ...fields(after)];
    const text = `${space}{${space}${parts.join(`${space},${space}`)}${space}}${space}`;
    const expected: Seen = {
      fields: JSON.parse(JSON.stringify([...before, ...after].filter(isOwn))),
      elements: JSON.parse(JSON.stringify(images)),
    };
    return { text: escapeSlashes ? text.replaceAll('/', '\\/') : text, expected };
  });

t.test('[batch.stream] whatever the text and wherever it is cut, JSON.parse agrees', async (t) => {
  fc.assert(
    fc.property(body, fc.array(fc.nat(5000), { maxLength: 12 }), ({ text, expected }, cuts) => {
      t.strictSame(split(text, cuts), expected);
    }),
    { numRuns: 500 },
  );
});

t.test('every cut of a text with quotes and backslashes', async (t) => {
  const value = { a: '\\"\\\\', b: ['{"[', '\\\\\\"'], c: 'x' };
  const text = JSON.stringify({ q: '\\\\', images: [value, '"', '\\'] });
  for (let cut = 0; cut <= text.length; cut++)
    t.strictSame(split(text, [cut]).elements, [value, '"', '\\'], `cut at ${cut}`);
});

t.test('[batch.malformed] what is no such JSON is refused', async (t) => {
  const wrong: Record<string, string> = {
    nothing: '',
    'another value': '[1]',
    'an early end': '{"images":[{"a":1}',
    'an end inside a string': '{"images":["abc',
    'text behind the end': '{"images":[1]} x',
    'two commas': '{"images":[1,,2]}',
    'a comma at the end': '{"images":[1,]}',
    'a comma at the end of the object': '{"images":[1],}',
    'no colon': '{"images" [1]}',
    'a name that is none': '{images:[1]}',
    'images that are no array': '{"images":{"0":1}}',
    'images twice': '{"images":[1],"images":[2]}',
    'no images': '{"a":1}',
    'brackets that do not match': '{"images":[{]}]}',
    'a word': '{"images":[nope]}',
    'a number that is none': '{"images":[01]}',
  };
  for (const [name, text] of Object.entries(wrong))
    t.throws(() => split(text), { code: 'invalid_request' }, name);
  t.throws(() => split(Uint8Array.from([...Buffer.from('{"images":["'), 0xff, 0x22, 0x5d, 0x7d])), {
    code: 'invalid_request',
  });
});

t.test('[batch.partial] an element over the limit is passed over, and the others are read', async (t) => {
  const text = JSON.stringify({ images: [{ a: 1 }, { image: `"\\${'x'.repeat(500)}` }, { b: 2 }] });
  for (let cut = 0; cut < text.length; cut += 7)
    t.strictSame(split(text, [cut], { elementBytesMax: 100, fieldBytesMax: 100 }).elements, [
      { a: 1 },
      OVERSIZED,
      { b: 2 },
    ]);
  const long = JSON.stringify({ metadata: 'x'.repeat(500), images: [1] });
  t.throws(() => split(long, [], { elementBytesMax: 100, fieldBytesMax: 100 }), {
    message: /metadata is too long/,
  });
});
