import fc from 'fast-check';
import t from 'tap';
import { AidetError } from '../../src/domain/errors.js';
import { decode } from '../../src/imaging/decode.js';
import { probe } from '../../src/imaging/probe.js';
import { type BmpForm, encodeBmp } from '../support/bmp.js';
import { scene } from '../support/images.js';

const LIMITS = { imagePixelsMax: 1_000_000 };
const decoded = async (bytes: Uint8Array) => decode(bytes, probe(bytes), LIMITS);

const FORMS: BmpForm[] = [
  ...([1, 4, 8] as const).flatMap((bitsPerPixel) => [
    { bitsPerPixel },
    { bitsPerPixel, topDown: true },
    { bitsPerPixel, headerBytes: 12 as const },
    { bitsPerPixel, headerBytes: 64 as const },
    { bitsPerPixel, headerBytes: 124 as const },
  ]),
  { bitsPerPixel: 8, rle: true },
  { bitsPerPixel: 4, rle: true },
  { bitsPerPixel: 8, rle: true, headerBytes: 108 },
  { bitsPerPixel: 16 },
  { bitsPerPixel: 16, topDown: true },
  { bitsPerPixel: 16, masks: [0xf800, 0x07e0, 0x001f] },
  { bitsPerPixel: 16, masks: [0x0f00, 0x00f0, 0x000f], headerBytes: 108 },
  { bitsPerPixel: 24 },
  { bitsPerPixel: 24, headerBytes: 12 },
  { bitsPerPixel: 24, topDown: true, headerBytes: 124 },
  { bitsPerPixel: 32 },
  { bitsPerPixel: 32, topDown: true },
  { bitsPerPixel: 32, masks: [0xff0000, 0xff00, 0xff], headerBytes: 56 },
  { bitsPerPixel: 32, masks: [0xff, 0xff00, 0xff0000], headerBytes: 52 },
  { bitsPerPixel: 32, masks: [0xff000000, 0xff0000, 0xff00] },
  { bitsPerPixel: 32, masks: [0x3ff00000, 0x000ffc00, 0x000003ff], headerBytes: 108 },
];

t.test('every form gives the picture that was written', async (t) => {
  for (const form of FORMS) {
    // Widths around a multiple of 32 bits show a wrong padding.
    for (const [width, height] of [
      [1, 1],
      [7, 5],
      [8, 4],
      [33, 9],
      [301, 20],
    ] as const) {
      const { file, seen } = encodeBmp(scene(width, height), form);
      const image = await decoded(file);
      const isSame =
        image.width === width && image.height === height && Buffer.compare(image.rgb, seen.rgb) === 0;
      t.ok(isSame, `${JSON.stringify(form)} ${width} x ${height}`);
    }
  }
});

t.test('jumps in a compressed bitmap leave palette entry 0', async (t) => {
  const { file } = encodeBmp(
    { rgb: new Uint8Array(4 * 2 * 3), width: 4, height: 2 },
    { bitsPerPixel: 8, rle: true },
  );
  const pixelsAt = new DataView(file.buffer).getUint32(10, true);
  // One pixel of 200, a jump of 2 right and 1 up, one pixel of 100, the end.
  const runs = [1, 200, 0, 2, 2, 1, 1, 100, 0, 1];
  const { rgb } = await decoded(Uint8Array.from([...file.subarray(0, pixelsAt), ...runs]));
  const reds = Array.from({ length: 8 }, (_, i) => rgb[3 * i]);
  t.same(reds, [0, 0, 0, 100, 200, 0, 0, 0]);
});

t.test('what contradicts itself is refused', async (t) => {
  const { file } = encodeBmp(scene(40, 30), { bitsPerPixel: 24 });
  const changed = (at: number, value: number) => {
    const copy = file.slice();
    new DataView(copy.buffer).setInt32(at, value, true);
    return copy;
  };
  const bad = {
    'pixels behind the end': changed(10, file.length),
    'pixels in the header': changed(10, 20),
    'no width': changed(18, 0),
    'negative width': changed(18, -40),
    'no height': changed(22, 0),
    '3 bits a pixel': changed(28, 3),
    'RLE8 with 24 bits': changed(30, 1),
    'header of 2 bytes': changed(14, 2),
  };
  for (const [name, bytes] of Object.entries(bad))
    await t.rejects(() => decoded(bytes), { code: 'invalid_request' }, name);
  await t.rejects(() => decoded(changed(30, 4)), { code: 'image_unsupported_format' }, 'a JPEG inside');
  const rle = encodeBmp(scene(40, 30), { bitsPerPixel: 8, rle: true }).file;
  await t.rejects(
    () => decoded(rle.subarray(0, rle.length - 3)),
    { code: 'invalid_request' },
    'RLE without an end',
  );
  for (let eighth = 1; eighth < 8; eighth++) {
    await t.rejects(
      () => decoded(file.subarray(0, (file.length * eighth) / 8)),
      { code: 'invalid_request' },
      `${eighth}/8`,
    );
  }
});

t.test('random damage gives a picture or an error of the contract', async (t) => {
  const files = FORMS.map((form) => encodeBmp(scene(19, 11), form).file);
  const damage = fc.record({
    file: fc.nat(files.length - 1),
    bytes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    inHeader: fc.boolean(),
    keep: fc.double({ min: 0.1, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, bytes, inHeader, keep }) => {
      const original = files[file] as Uint8Array;
      const hurt = original.slice(0, Math.ceil(original.length * keep));
      const reach = inHeader ? Math.min(64, hurt.length) : hurt.length;
      for (const [at, value] of bytes) hurt[at % reach] = value;
      try {
        const { rgb, width, height } = await decoded(hurt);
        return rgb.length === width * height * 3;
      } catch (error) {
        return error instanceof AidetError;
      }
    }),
    { numRuns: 1500 },
  );
  t.pass();
});
