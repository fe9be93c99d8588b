/** Files that were made to hurt: each must end in a picture or in an error of the contract. */
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import t from 'tap';
import { AidetError } from '../../src/domain/errors.js';
import { decode } from '../../src/imaging/decode.js';
import { checkLimits, probe } from '../../src/imaging/probe.js';
import { encodeBmp } from '../support/bmp.js';
import { encodeHeic } from '../support/heic.js';
import { gifOf, jpegOf, scene, sharpFormats } from '../support/images.js';
import { encodeTiff } from '../support/tiff.js';

const LIMITS = { imageBytesMax: 20_000_000, imagePixelsMax: 1_000_000 };

async function road(bytes: Uint8Array) {
  const header = probe(bytes);
  checkLimits(header, bytes.length, LIMITS);
  return decode(bytes, header, LIMITS);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(content.length);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
}

function pngFile(
  width: number,
  height: number,
  colourType: number,
  bits: number,
  ...chunks: Buffer[]
): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([bits, colourType], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', head), ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

/** A file of a few bytes that states 30,000 x 30,000 pixels, in each format. */
async function giants(): Promise<Record<string, Uint8Array>> {
  const jpeg = await jpegOf(scene(8, 8));
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(30_000, frame + 5);
  jpeg.writeUInt16BE(30_000, frame + 7);
  const gif = await gifOf(scene(8, 8));
  gif.writeUInt16LE(30_000, 6);
  gif.writeUInt16LE(30_000, 8);
  const webp = Buffer.from('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1');
  webp.writeUIntLE(29_999, 24, 3);
  webp.writeUIntLE(29_999, 27, 3);
  const bmp = encodeBmp(scene(1, 1), { bitsPerPixel: 8, rle: true }).file;
  new DataView(bmp.buffer).setInt32(18, 30_000, true);
  new DataView(bmp.buffer).setInt32(22, 30_000, true);
  const strip = { samples: 1, bitsPerSample: 8, photometric: 1, data: new Uint8Array(4) };
  return {
    jpeg,
    gif,
    webp,
    bmp,
    png: pngFile(30_000, 30_000, 0, 1, chunk('IDAT', deflateSync(Buffer.alloc(100)))),
    tiff: encodeTiff([{ ...strip, width: 30_000, height: 30_000 }]),
    heic: encodeHeic({ size: [30_000, 30_000] }),
  };
}

t.test('a giant of few bytes is refused by its header', async (t) => {
  for (const [format, file] of Object.entries(await giants())) {
    const message = /^Image exceeds 1 megapixel limit \(got 900 megapixels, 30000 x 30000\)$/;
    await t.rejects(async () => road(file), { code: 'image_too_large', message }, format);
  }
});

t.test('one pixel is a picture', async (t) => {
  const one = scene(1, 1);
  const files = { ...(await sharpFormats(one)), bmp: encodeBmp(one, { bitsPerPixel: 24 }).file };
  for (const [format, file] of Object.entries(files)) {
    const { width, height, rgb } = await road(file);
    t.same([width, height, rgb.length], [1, 1, 3], format);
  }
});

t.test('data that unpacks to far more than its header states', async (t) => {
  const bomb = deflateSync(Buffer.alloc(64_000_000));
  t.ok(bomb.length < 100_000);
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(10 * 11)));
  const files = {
    'pixel data': pngFile(10, 10, 0, 8, chunk('IDAT', bomb)),
    'a compressed text': pngFile(
      10,
      10,
      0,
      8,
      chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), bomb])),
      pixels,
    ),
    'a colour profile': pngFile(
      10,
      10,
      0,
      8,
      chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb])),
      pixels,
    ),
    'many texts': pngFile(
      10,
      10,
      0,
      8,
      ...Array.from({ length: 20_000 }, () => chunk('tEXt', Buffer.from('a\0b'))),
      pixels,
    ),
  };
  for (const [name, file] of Object.entries(files)) {
    const outcome = await road(file).catch((error) => error);
    t.ok(outcome instanceof AidetError || outcome.width === 10, `${name}: ${outcome.message ?? 'a picture'}`);
  }
});

t.test('a GIF of a million frames is counted and its first is shown', async (t) => {
  const one = await gifOf(scene(2, 2));
  const image = one.lastIndexOf(0x2c);
  const frame = one.subarray(image, one.length - 1);
  const count = Math.min(1_000_000, Math.floor((LIMITS.imageBytesMax - one.length) / frame.length));
  const file = Buffer.concat([
    one.subarray(0, image),
    Buffer.alloc(frame.length * count, frame),
    Buffer.from([0x3b]),
  ]);
  t.ok(count > 500_000, `${count} frames`);
  t.equal(probe(file).pages, count);
  const outcome = await road(file).catch((error) => error);
  t.ok(outcome instanceof AidetError || outcome.width === 2);
});

t.test('a TIFF whose pages run in a circle, or whose tags point anywhere', async (t) => {
  const data = new Uint8Array(16 * 16).fill(99);
  const page = { width: 16, height: 16, samples: 1, bitsPerSample: 8, photometric: 1, data };
  t.equal((await road(encodeTiff([page, page], { loop: true }))).width, 16, 'a circle');
  for (const [name, change] of Object.entries({
    'strip behind the end': { 273: 0xffff },
    'no samples': { 277: 0 },
    'samples without end': { 277: 0xffff },
    'unknown compression': { 259: 0xffff },
    'rows a strip 0': { 278: 0 },
    'tiles of nothing': { 322: 0, 323: 0 },
  })) {
    const outcome = await road(encodeTiff([{ ...page, tags: change }])).catch((error) => error);
    t.ok(outcome instanceof AidetError || outcome.width === 16, `${name}: ${outcome.message ?? 'a picture'}`);
  }
});

t.test('loaders of formats that are not judged are out of reach', async (t) => {
  const { data } = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .avif()
    .toBuffer({ resolveWithObject: true });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
  for (const [name, file] of Object.entries({ avif: data, svg })) {
    await t.rejects(sharp(file).raw().toBuffer(), /unsupported image format/, name);
  }
});

t.test('random damage in any format', async (t) => {
  const picture = scene(40, 30);
  const files = await sharpFormats(picture);
  const originals = [
    ...Object.values(files),
    encodeTiff([
      { width: 4, height: 4, samples: 3, bitsPerSample: 8, photometric: 2, data: new Uint8Array(48) },
    ]),
  ];
  const damage = fc.record({
    file: fc.nat(originals.length - 1),
    bytes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 }),
    reach: fc.constantFrom(32, 128, 1_000_000),
    keep: fc.constantFrom(1, 1, 0.9, 0.5),
    append: fc.constantFrom(0, 0, 1000),
  });
  let pictures = 0;
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, bytes, reach, keep, append }) => {
      const original = originals[file] as Uint8Array;
      const kept = original.subarray(0, Math.ceil(original.length * keep));
      const hurt = Uint8Array.from([...kept, ...new Uint8Array(append)]);
      for (const [at, value] of bytes) hurt[at % Math.min(reach, hurt.length)] = value;
      try {
        const { rgb, width, height } = await road(hurt);
        pictures += 1;
        return rgb.length === width * height * 3 && width * height <= LIMITS.imagePixelsMax;
      } catch (error) {
        refusals += 1;
        return error instanceof AidetError;
      }
    }),
    { numRuns: 800 },
  );
  t.ok(pictures > 20 && refusals > 20, `${pictures} pictures, ${refusals} refusals: both ways were taken`);
});
