import t from 'tap';
import type { RgbImage } from '../../src/domain/types.js';
import { CONDITIONS, type Condition, drawnFate, under } from '../../src/imaging/conditions.js';
import { decode } from '../../src/imaging/decode.js';
import { probe } from '../../src/imaging/probe.js';

const ORIGINAL = { width: 1024, height: 768, seed: 7 };

/** Waves of several lengths, so that resizing and compression both show. */
function picture(width: number, height: number): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x);
      rgb[at] = 128 + 100 * Math.sin(x / 3) * Math.cos(y / 17);
      rgb[at + 1] = 128 + 90 * Math.sin((x + y) / 9);
      rgb[at + 2] = (x * 7 + y * 3) % 256;
    }
  }
  return { rgb, width, height };
}

function crop({ rgb, width }: RgbImage, left: number, top: number, side: number): Uint8Array {
  const rows = Array.from({ length: side }, (_, y) => {
    const start = 3 * ((top + y) * width + left);
    return rgb.subarray(start, start + 3 * side);
  });
  return Uint8Array.from(rows.flatMap((row) => [...row]));
}

async function seen(condition: Condition, image: RgbImage, original = ORIGINAL) {
  const bytes = await under(condition, image, original);
  const header = probe(bytes);
  return { format: header.format, ...(await decode(bytes, header, { imagePixelsMax: 1e7 })) };
}

t.test('native is the centre square without loss, whole is everything', async (t) => {
  const image = picture(400, 300);
  const native = await seen('native', image);
  t.same([native.width, native.height], [256, 256]);
  t.same(Buffer.from(native.rgb), Buffer.from(crop(image, 72, 22, 256)));
  t.same(Buffer.from((await seen('whole', image)).rgb), Buffer.from(image.rgb));
});

t.test('what is resized goes by the original', async (t) => {
  const image = picture(256, 256);
  const expected = { half: 128, double: 512, web: 192, hard: 128, social: 256 } as const;
  for (const [condition, side] of Object.entries(expected)) {
    const { width, height } = await seen(condition as Condition, image);
    t.same([width, height], [side, side], condition);
  }
});

t.test('each condition is the codec it says', async (t) => {
  const codecs = { jpeg90: 'jpeg', webp80: 'webp', hard: 'jpeg', half: 'png' } as const;
  for (const [condition, format] of Object.entries(codecs)) {
    t.equal((await seen(condition as Condition, picture(256, 256))).format, format, condition);
  }
});

t.test('matched depends on the seed alone and meets all codecs', async (t) => {
  const image = picture(64, 64);
  const formats = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const [first, second] = await Promise.all(
      [1, 2].map(() => under('matched', image, { ...ORIGINAL, seed })),
    );
    t.same(first, second);
    formats.add(probe(first as Uint8Array).format);
  }
  t.same([...formats].sort(), ['jpeg', 'png', 'webp']);
});

t.test('every condition takes a picture smaller than its square', async (t) => {
  for (const condition of CONDITIONS) {
    const { width, height } = await seen(condition, picture(40, 90));
    t.ok(width >= 8 && height >= 8, condition);
  }
});

t.test("matched draws what the Python twin's `matched_plan` draws", async (t) => {
  // [seed, factor, kernel, codec, quality, chroma], printed by models/training/detector/degrade.py
  for (const [seed, factor, kernel, codec, quality, chroma] of [
    [0, 1.0, 'cubic', 'webp', 76, '4:2:0'],
    [1, 1.25, 'linear', 'jpeg', 76, '4:2:0'],
    [7, 0.6, 'cubic', 'jpeg', 49, '4:4:4'],
    [4294967295, 1.0, 'cubic', 'jpeg', 83, '4:2:0'],
    [3735928559, 0.8, 'lanczos3', 'png', 100, '4:4:4'],
    [123456789, 1.0, 'cubic', 'jpeg', 96, '4:2:0'],
    [2147483648, 0.9, 'linear', 'jpeg', 52, '4:4:4'],
    [42, 1.0, 'cubic', 'jpeg', 62, '4:4:4'],
    [99, 0.6, 'lanczos3', 'jpeg', 60, '4:4:4'],
    [1000, 1.0, 'cubic', 'jpeg', 51, '4:2:0'],
    [31337, 1.0, 'cubic', 'jpeg', 83, '4:4:4'],
    [65535, 1.25, 'cubic', 'jpeg', 53, '4:4:4'],
  ] as const) {
    t.same(drawnFate(seed), { factor, kernel, codec, quality, chroma }, `seed ${seed}`);
  }
});
