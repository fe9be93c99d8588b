import t from 'tap';
import type { RgbImage } from '../../src/domain/types.js';
import { decode } from '../../src/imaging/decode.js';
import { decodeHeic, hasHeicDecoder } from '../../src/imaging/heic.js';
import { orient } from '../../src/imaging/orient.js';
import { probe } from '../../src/imaging/probe.js';
import { encodeHeic, heicScene } from '../support/heic.js';

const LIMITS = { imagePixelsMax: 1_000_000 };
const decoded = async (bytes: Uint8Array) => decode(bytes, probe(bytes), LIMITS);

/** Mean difference of a sample; Infinity where the sizes differ. */
function difference(a: RgbImage, b: RgbImage): number {
  if (a.width !== b.width || a.height !== b.height) return Number.POSITIVE_INFINITY;
  return a.rgb.reduce((sum, value, i) => sum + Math.abs(value - (b.rgb[i] as number)), 0) / a.rgb.length;
}

/** EXIF orientation with the same effect as turning anticlockwise and then mirroring. */
const ORIENTATIONS = [
  { form: {}, orientation: 1 },
  { form: { rotation: 1 }, orientation: 8 },
  { form: { rotation: 2 }, orientation: 3 },
  { form: { rotation: 3 }, orientation: 6 },
  { form: { mirror: 1 }, orientation: 2 },
  { form: { mirror: 0 }, orientation: 4 },
  { form: { rotation: 1, mirror: 1 }, orientation: 7 },
  { form: { rotation: 1, mirror: 0 }, orientation: 5 },
  { form: { rotation: 3, mirror: 1 }, orientation: 5 },
] as const;

t.test('the header says size, depth and orientation', async (t) => {
  for (const { form, orientation } of ORIENTATIONS) {
    const header = probe(encodeHeic(form));
    const expected = {
      format: 'heic',
      width: 96,
      height: 64,
      pages: 1,
      orientation,
      colour: 'rgb',
      bitsPerSample: 8,
    };
    t.same(header, expected, JSON.stringify(form));
  }
  t.equal(probe(encodeHeic({ brand: 'mif1' })).format, 'heic', 'a bare HEIF brand with an HEVC item');
});

t.test('what only looks like HEIC is refused by its name', async (t) => {
  for (const [form, name] of [
    [{ brand: 'avif' }, /AVIF/],
    [{ brand: 'isom' }, /MP4 video/],
    [{ itemType: 'av01' }, /HEIF with av01/],
    [{ itemType: 'jpeg' }, /HEIF with jpeg/],
  ] as const) {
    t.throws(() => probe(encodeHeic(form)), { code: 'image_unsupported_format', message: name });
  }
});

t.test('decoding', { skip: hasHeicDecoder() ? false : 'libheif-js is not installed' }, async (t) => {
  await t.test('every rotation and mirror stands upright', async (t) => {
    for (const { form, orientation } of ORIENTATIONS) {
      const upright = orient(heicScene(), orientation);
      t.ok(
        difference(await decoded(encodeHeic(form)), upright) < 4,
        `${JSON.stringify(form)} is ${orientation}`,
      );
    }
  });

  await t.test('a file that breaks off or lies about its size', async (t) => {
    const file = encodeHeic();
    for (let eighth = 1; eighth < 8; eighth++) {
      const part = file.subarray(0, Math.floor((file.length * eighth) / 8));
      await t.rejects(async () => decoded(part), { code: 'invalid_request' }, `${eighth}/8`);
    }
    await t.rejects(async () => decoded(encodeHeic({ size: [30_000, 30_000] })), { code: 'image_too_large' });
    const small = encodeHeic({ size: [10, 10] });
    await t.rejects(
      decode(small, probe(small), { imagePixelsMax: 1000 }),
      { name: 'AidetError' },
      'more pixels coded than stated',
    );
  });

  await t.test('a decoder that does not come back is ended', async (t) => {
    await t.rejects(decodeHeic(encodeHeic(), { ...LIMITS, decodeMsMax: 1 }), /timeout/);
  });

  await t.test('two at once do not disturb each other', async (t) => {
    const forms = [{}, { rotation: 1 }, { rotation: 2 }];
    const images = await Promise.all(forms.map((form) => decoded(encodeHeic(form))));
    t.same(
      images.map(({ width, height }) => [width, height]),
      [
        [96, 64],
        [64, 96],
        [96, 64],
      ],
    );
  });
});
