/** Bodies as clients send them, and as nobody should. */
import fc from 'fast-check';
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false, largeBigIntToFloat: true });
const strange = new Packr({ useRecords: false, moreTypes: true, useBigIntExtension: true });

export const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '\0', '💥', 'x'.repeat(5000), '__proto__'),
);
const anyValue = fc.oneof({ depthSize: 'small' }, fc.jsonValue(), text, fc.double(), fc.bigInt(), fc.date());

/** Addresses that are refused without a question to any resolver, and texts that are no URL. */
const url = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'http://127.0.0.1/',
      'https://[::1]:443/a.png',
      'http://0x7f.1/',
      'http://2130706433/',
      'http://169.254.169.254/latest/meta-data',
      'http://[::ffff:10.0.0.1]/',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'http://user:password@127.0.0.1/',
      'ftp://127.0.0.1/',
      'file:///etc/passwd',
      'data:image/png;base64,AAAA',
      'http://',
      'http://127.0.0.1:99999/',
      `http://127.0.0.1/${'a'.repeat(2048)}`,
    ),
  },
  { weight: 1, arbitrary: text },
);

function damaged(images: Buffer[]): fc.Arbitrary<Buffer> {
  const whole = fc.constantFrom(...images);
  return fc.oneof(
    { weight: 12, arbitrary: whole },
    {
      weight: 2,
      arbitrary: fc.tuple(whole, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % bytes.length)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(whole, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }))
        .map(([bytes, edits]) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of edits) copy[at % copy.length] = value;
          return copy;
        }),
    },
    { weight: 1, arbitrary: fc.tuple(whole, whole).map(([a, b]) => Buffer.concat([a, b])) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** One in twenty is wrong. */
export function mostly<A, B>(right: fc.Arbitrary<A>, wrong: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ weight: 20, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

const flag = mostly(fc.boolean(), anyValue);

/** Options by their names, most of them right, some not. */
const options = fc.record(
  {
    include_attribution: flag,
    include_heatmap: flag,
    heatmap_inline: flag,
    model_threshold: mostly(
      fc.double({ min: 0, max: 1 }),
      fc.oneof(fc.constantFrom(-1, 2, '0.5', Number.NaN), anyValue),
    ),
    metadata: mostly(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }), anyValue),
    model: mostly(fc.constant('aidet-tile'), fc.oneof(fc.constantFrom('none', '../..'), anyValue)),
  },
  { requiredKeys: [] },
);

function base64Of(images: fc.Arbitrary<Buffer>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: images.map((bytes) => bytes.toString('base64')) },
    { weight: 1, arbitrary: images.map((bytes) => bytes.toString('base64url')) },
    { weight: 1, arbitrary: images.map((bytes) => `data:image/png;base64,${bytes.toString('base64')}`) },
    { weight: 1, arbitrary: anyValue },
  );
}

/** An object that names its image in JSON or MessagePack. */
function named(images: fc.Arbitrary<Buffer>): fc.Arbitrary<Record<string, unknown>> {
  const source = fc.oneof(
    { weight: 4, arbitrary: base64Of(images).map((image_base64) => ({ image_base64 })) },
    { weight: 2, arbitrary: url.map((image_url) => ({ image_url })) },
    { weight: 1, arbitrary: fc.record({ image_base64: base64Of(images), image_url: url }) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  return fc.tuple(source, options).map(([a, b]) => ({ ...a, ...b }));
}

function batch(images: fc.Arbitrary<Buffer>): fc.Arbitrary<Record<string, unknown>> {
  const item = fc.oneof(
    { weight: 6, arbitrary: base64Of(images).map((image_base64) => ({ image_base64 })) },
    {
      weight: 1,
      arbitrary: fc.record(
        { image_url: url, id: fc.oneof(fc.string(), anyValue), metadata: anyValue },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: anyValue },
  );
  const list = fc.oneof(
    { weight: 6, arbitrary: fc.array(item, { maxLength: 4 }) },
    { weight: 1, arbitrary: anyValue },
  );
  return fc.tuple(list, options).map(([items, rest]) => ({ images: items, ...rest }));
}

const safeJson = (value: unknown): Buffer =>
  Buffer.from(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? Number(v) : v)));

/** Bytes that were right, cut or changed now and then. */
function mostlyWhole(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(bytes, fc.nat(19), fc.nat(), fc.nat(255)).map(([body, kind, at, value]) => {
    if (kind > 1 || body.length === 0) return body;
    if (kind === 0) return body.subarray(0, at % body.length);
    const copy = Buffer.from(body);
    copy[at % copy.length] = value;
    return copy;
  });
}

export type Body = [contentType: string, bytes: Buffer];

function objectBody(value: fc.Arbitrary<unknown>): fc.Arbitrary<Body> {
  const json = mostlyWhole(value.map(safeJson)).map((bytes): Body => ['application/json', bytes]);
  const msgpack = mostlyWhole(
    fc.tuple(value, fc.boolean()).map(([v, odd]) => Buffer.from((odd ? strange : packr).pack(v))),
  ).map((bytes): Body => ['application/msgpack', bytes]);
  return fc.oneof(json, msgpack);
}

function multipartBody(images: fc.Arbitrary<Buffer>, fileName: string, filesMax: number): fc.Arbitrary<Body> {
  const part = (disposition: string, value: string): string =>
    `--frontier\r\nContent-Disposition: form-data${disposition}\r\n\r\n${value}\r\n`;
  const right = fc
    .constantFrom(
      ['include_heatmap', 'true'],
      ['model_threshold', '0.3'],
      ['metadata', '{"a":[1]}'],
      ['model', 'aidet-tile'],
    )
    .map(([name, value]) => part(`; name="${name}"`, value as string));
  const wrong = fc
    .tuple(
      fc.constantFrom(
        '',
        '; name',
        '; name="image_url"',
        '; name="include_heatmap"',
        '; name="x"; filename=""',
        "; name=image; filename*=UTF-8''%zz",
      ),
      fc.oneof(fc.constantFrom('', 'NaN', 'http://127.0.0.1/'), fc.string()),
    )
    .map(([disposition, value]) => part(disposition, value));
  const file = images.map((bytes) =>
    part(`; name="${fileName}"; filename="a.png"`, bytes.toString('latin1')),
  );
  const parts = fc.tuple(
    fc.uniqueArray(right, { maxLength: 2 }),
    fc.array(file, { minLength: 1, maxLength: filesMax }),
    fc.array(wrong, { maxLength: 1 }),
    fc.nat(3),
  );
  return mostlyWhole(
    parts.map(([options, files, odd, place]) => {
      // Now and then something odd, before or behind.
      const list =
        place > 1
          ? [...options, ...files]
          : place === 1
            ? [...odd, ...options, ...files]
            : [...options, ...files, ...odd];
      return Buffer.from(`${list.join('')}--frontier--\r\n`, 'latin1');
    }),
  ).map((bytes): Body => ['multipart/form-data; boundary=frontier', bytes]);
}

/** Images by every way, one a request. */
export function imageBodies(files: Buffer[]): fc.Arbitrary<Body> {
  const images = damaged(files);
  const type = fc.constantFrom('image/png', 'application/octet-stream', 'image/jpeg');
  const raw: fc.Arbitrary<Body> = fc.tuple(type, images);
  return fc.oneof(raw, objectBody(named(images)), multipartBody(images, 'image', 1));
}

export function batchBodies(files: Buffer[]): fc.Arbitrary<Body> {
  const images = damaged(files);
  return fc.oneof(objectBody(batch(images)), multipartBody(images, 'images', 4));
}

/** What manages keys. */
export const keyBodies: fc.Arbitrary<Body> = objectBody(
  mostly(
    fc.record(
      {
        name: mostly(fc.string(), anyValue),
        livemode: flag,
        scopes: mostly(fc.constantFrom(['detect'], ['*'], []), anyValue),
        ip_allowlist: mostly(fc.constantFrom(['10.0.0.0/8'], ['x']), anyValue),
        expires_at: mostly(fc.constantFrom('2999-01-01', 'never', '+275761-01-01T00:00:00Z'), anyValue),
        grace_seconds: mostly(fc.integer({ min: -1, max: 100 }), anyValue),
      },
      { requiredKeys: [] },
    ),
    anyValue,
  ),
);
