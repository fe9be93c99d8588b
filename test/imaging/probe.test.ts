import sharp from 'sharp';
import t from 'tap';
import { checkLimits, probe } from '../../src/imaging/probe.js';
import { recognise } from '../../src/imaging/recognise.js';
import { encodeBmp } from '../support/bmp.js';
import { animated, jpegOf, pngOf, scene, sharpFormats, sharpOf, webpOf } from '../support/images.js';
import { encodeTiff } from '../support/tiff.js';

const picture = scene(97, 61);
const latin1 = (text: string) => Buffer.from(text, 'latin1');

t.test('size, pages and samples of each format', async (t) => {
  const rgb8 = { width: 97, height: 61, pages: 1, orientation: 1, colour: 'rgb', bitsPerSample: 8 };
  for (const [format, file] of Object.entries(await sharpFormats(picture)))
    t.match(probe(file), { ...rgb8, format });
  t.match(probe(encodeBmp(picture, { bitsPerPixel: 24 }).file), { ...rgb8, format: 'bmp' });
  t.match(probe(await webpOf(picture, { lossless: true })), { ...rgb8, format: 'webp' }, 'VP8L');
  t.match(probe(await jpegOf(picture, { progressive: true })), { ...rgb8, format: 'jpeg' }, 'progressive');
  const grey = sharpOf(picture).toColourspace('b-w');
  for (const format of ['jpeg', 'png', 'tiff'] as const) {
    t.match(
      probe(await grey.clone()[format]().toBuffer()),
      { ...rgb8, format, colour: 'grey' },
      `grey ${format}`,
    );
  }
  for (const format of ['gif', 'webp', 'tiff'] as const)
    t.equal(probe(await animated(picture, 5, format)).pages, 5, format);
});

t.test('TIFF in each byte order and width', async (t) => {
  const data = new Uint8Array(6 * 4 * 3);
  const page = { width: 6, height: 4, samples: 3, bitsPerSample: 8, photometric: 2, data };
  for (const bigEndian of [false, true]) {
    for (const bigTiff of [false, true]) {
      const form = { bigEndian, bigTiff };
      t.match(
        probe(encodeTiff([page, page, page], form)),
        { width: 6, height: 4, pages: 3 },
        JSON.stringify(form),
      );
      t.equal(
        probe(encodeTiff([page, page], { ...form, loop: true })).pages,
        2,
        'a chain that bites its tail',
      );
      t.equal(probe(encodeTiff([{ ...page, tags: { 274: 6 } }], form)).orientation, 6);
      t.equal(
        probe(encodeTiff([{ ...page, tags: { 274: 77 } }], form)).orientation,
        1,
        'an orientation that is none',
      );
    }
  }
  const refused = { code: 'image_unsupported_format' };
  t.throws(() => probe(encodeTiff([{ ...page, photometric: 32803 }])), refused, 'camera raw');
  t.throws(() => probe(encodeTiff([{ ...page, tags: { 50706: 1 } }])), refused, 'DNG');
  t.throws(() => probe(encodeTiff([{ ...page, bitsPerSample: 32 }])), refused, '32 bits');
  t.throws(() => probe(encodeTiff([{ ...page, tags: { 339: 3 } }])), refused, 'floating point');
});

t.test('an animated PNG has its frames counted', async (t) => {
  const png = await pngOf(picture);
  const acTL = Buffer.alloc(20);
  acTL.writeUInt32BE(8, 0);
  acTL.write('acTL', 4, 'latin1');
  acTL.writeUInt32BE(7, 8);
  t.equal(probe(Buffer.concat([png.subarray(0, 33), acTL, png.subarray(33)])).pages, 7);
});

t.test('an EXIF block that is broken does not break the picture', async (t) => {
  const jpeg = await sharpOf(picture).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  t.equal(probe(jpeg).orientation, 6);
  const at = jpeg.indexOf('Exif') + 6;
  for (const [name, change] of Object.entries({
    'byte order': (b: Buffer) => b.write('XX', at),
    'offset of IFD0': (b: Buffer) => b.fill(0xff, at + 4, at + 8),
    'number of entries': (b: Buffer) => b.fill(0xff, at + 8, at + 10),
    all: (b: Buffer) => b.fill(0, at, at + 12),
  })) {
    const copy = Buffer.from(jpeg);
    change(copy);
    const { width, height } = probe(copy);
    t.same([width, height], [97, 61], name);
  }
});

t.test('recognised files of other kinds are refused by name', async (t) => {
  const svg = '<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>';
  const files: Record<string, Uint8Array> = {
    SVG: latin1(svg),
    'PDF document': latin1('%PDF-1.7\n'),
    AVIF: await sharpOf(scene(16, 16)).avif().toBuffer(),
    'JPEG XL': Uint8Array.from([0xff, 0x0a, 0, 0]),
    'JPEG 2000': latin1('\0\0\0\x0cjP  \r\n\x87\n'),
    'Photoshop (PSD)': latin1('8BPS\0\x01'),
    'icon (ICO)': Uint8Array.from([0, 0, 1, 0, 1, 0]),
    'MP4 video': latin1('\0\0\0\x18ftypisom\0\0\0\0isomavc1'),
    'QuickTime video': latin1('\0\0\0\x14ftypqt  \0\0\0\0qt  '),
    'WebM or Matroska video': Uint8Array.from([0x1a, 0x45, 0xdf, 0xa3, 0]),
    'AVI video': latin1('RIFF\0\0\0\0AVI LIST'),
    'Canon raw (CR2)': latin1('II*\0\x10\0\0\0CR\x02\0'),
    OpenEXR: Uint8Array.from([0x76, 0x2f, 0x31, 0x01]),
    QOI: latin1('qoif\0\0\0\x01'),
    'portable anymap (PNM)': latin1('P6\n2 2\n255\n'),
    'ZIP archive': latin1('PK\x03\x04'),
    'HTML page': latin1('\xef\xbb\xbf  <!DOCTYPE html><html>'),
  };
  for (const [name, file] of Object.entries(files)) {
    t.equal(recognise(file)?.name, name);
    const message = `Image format is not supported: ${name}; JPEG, PNG, WebP, HEIC, GIF, BMP or TIFF expected`;
    t.throws(() => probe(file), { name: 'AidetError', code: 'image_unsupported_format', message }, name);
  }
  t.equal(recognise(files.AVIF as Uint8Array)?.format, 'avif', 'told apart for Content Credentials');
});

t.test('a format in a kind that is not read is refused by that kind', async (t) => {
  const jpeg = await jpegOf(picture);
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const changed = (offset: number, value: number) => {
    const copy = Buffer.from(jpeg);
    copy[frame + offset] = value;
    return copy;
  };
  t.throws(() => probe(changed(1, 0xc3)), {
    code: 'image_unsupported_format',
    message: /lossless or hierarchical JPEG/,
  });
  t.throws(() => probe(changed(1, 0xf7)), { code: 'image_unsupported_format', message: /JPEG-LS/ });
  t.throws(() => probe(changed(4, 12)), { code: 'image_unsupported_format', message: /12-bit JPEG/ });
  t.throws(() => probe(changed(9, 2)), { code: 'invalid_request', message: /2 colour components/ });
});

t.test('content that is nothing known', async (t) => {
  t.throws(() => probe(new Uint8Array(0)), { code: 'invalid_request', message: 'Image is empty' });
  const message = 'Not a recognised image file; JPEG, PNG, WebP, HEIC, GIF, BMP or TIFF expected';
  const texts = [
    'hello',
    '{"image": 1}',
    'BM is how this text begins and it goes on',
    'RIFF....WAVEfmt ',
    'GIF88a......',
    '\0'.repeat(64),
  ];
  for (const text of texts)
    t.throws(() => probe(latin1(text)), { code: 'invalid_request', message }, text.slice(0, 20));
});

t.test('a header that breaks off anywhere is corrupt or complete, never a crash', async (t) => {
  const files = {
    ...(await sharpFormats(picture)),
    bmp: encodeBmp(picture, { bitsPerPixel: 8, headerBytes: 124 }).file,
  };
  for (const [format, file] of Object.entries(files)) {
    const outcomes = new Set<string>();
    for (let length = 1; length < Math.min(file.length, 600); length++) {
      try {
        outcomes.add(`${probe(file.subarray(0, length)).width}`);
      } catch (error) {
        outcomes.add((error as { code: string }).code);
      }
    }
    for (const outcome of outcomes)
      t.ok(['97', 'invalid_request'].includes(outcome), `${format}: ${outcome}`);
  }
});

t.test('limits name what was seen and what is allowed', async (t) => {
  const header = probe(await pngOf(picture));
  const limits = { imageBytesMax: 20_000_000, imagePixelsMax: 100_000_000 };
  checkLimits(header, 20_000_000, limits);
  const refusal = (bytes: number, width = 97, height = 61) => {
    try {
      checkLimits({ ...header, width, height }, bytes, limits);
      return null;
    } catch (error) {
      return error as Error & { code: string };
    }
  };
  t.equal(refusal(24_300_000)?.message, 'Image exceeds 20 MB limit (got 24.3 MB)');
  t.equal(refusal(24_300_000)?.code, 'image_too_large');
  t.equal(
    refusal(20_000_001)?.message,
    'Image exceeds 20 MB limit (got 20.000001 MB)',
    'never "20 MB" twice',
  );
  t.equal(refusal(1, 10_000, 10_000), null);
  t.equal(
    refusal(1, 30_000, 30_000)?.message,
    'Image exceeds 100 megapixel limit (got 900 megapixels, 30000 x 30000)',
  );
  t.equal(refusal(1, 10_001, 10_000)?.code, 'image_too_large');
});

t.test('the header agrees with a decoder of others on pictures of many sizes', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [2, 3],
    [255, 256],
    [1, 700],
    [700, 1],
    [16_383, 1],
  ] as const) {
    for (const [format, file] of Object.entries(await sharpFormats(scene(width, height)))) {
      const metadata = await sharp(file).metadata();
      const header = probe(file);
      t.same(
        [header.width, header.height],
        [metadata.width, metadata.height],
        `${format} ${width} x ${height}`,
      );
    }
  }
});
