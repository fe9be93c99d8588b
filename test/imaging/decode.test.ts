import sharp from 'sharp';
import t from 'tap';
import type { RgbImage } from '../../src/domain/types.js';
import { decode } from '../../src/imaging/decode.js';
import { orient } from '../../src/imaging/orient.js';
import { probe } from '../../src/imaging/probe.js';
import { animated, jpegOf, pngOf, scene, sharpFormats, sharpOf, tiffOf, webpOf } from '../support/images.js';
import { encodeTiff } from '../support/tiff.js';

const LIMITS = { imagePixelsMax: 100_000_000 };
const picture = scene(97, 61);

const decoded = (bytes: Uint8Array, limits = LIMITS) => decode(bytes, probe(bytes), limits);

/** Largest difference of any sample; Infinity where the sizes differ. */
function difference(a: RgbImage, b: RgbImage): number {
  if (a.width !== b.width || a.height !== b.height || a.rgb.length !== b.rgb.length)
    return Number.POSITIVE_INFINITY;
  return a.rgb.reduce((max, value, i) => Math.max(max, Math.abs(value - (b.rgb[i] as number))), 0);
}

t.test('lossless files give back the very pixels', async (t) => {
  const files = {
    png: await pngOf(picture),
    'png interlaced': await pngOf(picture, { progressive: true }),
    'webp lossless': await webpOf(picture, { lossless: true }),
    'tiff lzw': await tiffOf(picture),
    'tiff deflate, tiled': await tiffOf(picture, {
      compression: 'deflate',
      tile: true,
      tileWidth: 32,
      tileHeight: 32,
    }),
    'tiff big': await tiffOf(picture, { compression: 'none', bigtiff: true }),
  };
  for (const [name, file] of Object.entries(files))
    t.equal(difference(await decoded(file), picture), 0, name);
});

t.test('lossy files are near, and the layout is exact', async (t) => {
  for (const [name, file] of Object.entries(await sharpFormats(picture))) {
    const image = await decoded(file);
    t.same([image.width, image.height, image.rgb.length], [97, 61, 97 * 61 * 3], name);
    t.equal(image.rgb.byteOffset, 0, `${name}: the decoder's buffer is used as it is`);
  }
  for (const options of [{ progressive: true }, { progressive: false }, { optimiseCoding: false }]) {
    const { rgb } = await decoded(
      await jpegOf(picture, { quality: 100, chromaSubsampling: '4:4:4', ...options }),
    );
    const sum = rgb.reduce((total, value, i) => total + Math.abs(value - (picture.rgb[i] as number)), 0);
    t.ok(sum / rgb.length < 1, JSON.stringify(options));
  }
});

/** Stored pixel by stored pixel to the place that the tag's definition gives it: the other way round than `orient`. */
function orientReference({ rgb, width, height }: RgbImage, orientation: number): RgbImage {
  const [outWidth, outHeight] = orientation >= 5 ? [height, width] : [width, height];
  const out = new Uint8Array(rgb.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const right = width - 1 - column;
      const bottom = height - 1 - row;
      const places: Record<number, [number, number]> = {
        1: [column, row],
        2: [right, row],
        3: [right, bottom],
        4: [column, bottom],
        5: [row, column],
        6: [bottom, column],
        7: [bottom, right],
        8: [row, right],
      };
      const [x, y] = places[orientation] as [number, number];
      for (let c = 0; c < 3; c++)
        out[(y * outWidth + x) * 3 + c] = rgb[(row * width + column) * 3 + c] as number;
    }
  }
  return { rgb: out, width: outWidth, height: outHeight };
}

t.test('every orientation stands upright in every format that has one', async (t) => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const upright = orientReference(picture, orientation);
    t.equal(difference(orient(picture, orientation), upright), 0, `orient ${orientation}`);
    const turned = () => sharpOf(picture).withMetadata({ orientation });
    const files = {
      png: await turned().png().toBuffer(),
      webp: await turned().webp({ lossless: true }).toBuffer(),
      tiff: await turned().tiff({ compression: 'lzw' }).toBuffer(),
    };
    for (const [format, file] of Object.entries(files)) {
      t.equal(probe(file).orientation, orientation, `${format} ${orientation}: header`);
      t.equal(difference(await decoded(file), upright), 0, `${format} ${orientation}: pixels`);
    }
    const jpeg = await turned().jpeg().toBuffer();
    const { data, info } = await sharp(jpeg).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const judge = { rgb: data, width: info.width, height: info.height };
    t.equal(difference(await decoded(jpeg), judge), 0, `jpeg ${orientation}: equals sharp's own orientation`);
  }
});

t.test('grey is repeated in three channels', async (t) => {
  for (const format of ['jpeg', 'png', 'tiff'] as const) {
    const file = await sharpOf(picture).toColourspace('b-w')[format]().toBuffer();
    t.equal(probe(file).colour, 'grey', format);
    const { rgb } = await decoded(file);
    t.ok(rgb.length === 97 * 61 * 3 && rgb.every((value, i) => value === rgb[i - (i % 3)]), format);
  }
});

t.test('alpha is dropped, not composited', async (t) => {
  const rgba = new Uint8Array(97 * 61 * 4);
  for (let i = 0; i < 97 * 61; i++) {
    rgba.set(picture.rgb.subarray(3 * i, 3 * i + 3), 4 * i);
    rgba[4 * i + 3] = i % 251;
  }
  const raw = sharp(rgba, { raw: { width: 97, height: 61, channels: 4 } });
  t.equal(difference(await decoded(await raw.clone().png().toBuffer()), picture), 0, 'png');
  t.equal(
    difference(await decoded(await raw.clone().tiff({ compression: 'lzw' }).toBuffer()), picture),
    0,
    'tiff',
  );
  const webp = await raw.clone().webp({ lossless: true }).toBuffer();
  t.equal((await decoded(webp)).rgb.length, picture.rgb.length, 'webp');
});

t.test('16 bits keep their high byte', async (t) => {
  const deep = new Uint16Array(picture.rgb.length).map(
    (_, i) => (picture.rgb[i] as number) * 256 + (i % 256),
  );
  const png = await sharp(deep, { raw: { width: 97, height: 61, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  const data = new Uint8Array(deep.buffer);
  const page = { width: 97, height: 61, samples: 3, bitsPerSample: 16, photometric: 2, data };
  for (const [name, file] of Object.entries({
    png,
    tiff: encodeTiff([page]),
    bigTiff: encodeTiff([page], { bigTiff: true }),
  })) {
    t.equal(probe(file).bitsPerSample, 16, name);
    t.equal(difference(await decoded(file), picture), 0, name);
  }
  const grey = new Uint16Array(97 * 61).map((_, i) => i * 11);
  const file = await sharp(grey, { raw: { width: 97, height: 61, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
  t.equal(probe(file).bitsPerSample, 16);
  const { rgb } = await decoded(file);
  t.ok(
    grey.every((value, i) => rgb[3 * i] === value >> 8),
    'grey png',
  );
});

t.test('CMYK is the plain product of ink and black', async (t) => {
  const cmyk = sharpOf(picture).toColourspace('cmyk');
  const files = {
    jpeg: await cmyk.clone().jpeg({ quality: 100 }).toBuffer(),
    tiff: await cmyk.clone().tiff({ compression: 'lzw' }).toBuffer(),
  };
  for (const [format, file] of Object.entries(files)) {
    t.equal(probe(file).colour, 'cmyk', format);
    const ink = await sharp(file).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
    const { rgb } = await decoded(file);
    const isNear = rgb.every((value, i) => {
      const pixel = Math.floor(i / 3);
      const exact =
        255 * (1 - (ink[4 * pixel + (i % 3)] as number) / 255) * (1 - (ink[4 * pixel + 3] as number) / 255);
      return Math.abs(value - exact) <= 1;
    });
    t.ok(isNear, format);
  }
});

t.test('the ICC profile is not applied', async (t) => {
  const file = await sharpOf(picture).withIccProfile('p3').png().toBuffer();
  t.ok((await sharp(file).metadata()).icc, 'the file has a profile');
  const stored = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
  const { rgb } = await decoded(file);
  t.ok(stored.equals(rgb), 'the stored samples are what comes out');
});

t.test('of many pages the first is judged', async (t) => {
  for (const format of ['gif', 'webp', 'tiff'] as const) {
    const file = await animated(picture, 3, format);
    t.equal(probe(file).pages, 3, format);
    const image = await decoded(file);
    t.same([image.width, image.height], [97, 61], format);
    t.ok(difference(image, picture) < 160, `${format}: it is the brightest`);
  }
});

t.test('a file that breaks off is refused', async (t) => {
  const large = scene(300, 200);
  for (const [name, file] of Object.entries(await sharpFormats(large))) {
    for (let eighth = 1; eighth < 8; eighth++) {
      const part = file.subarray(0, Math.floor((file.length * eighth) / 8));
      await t.rejects(
        async () => decoded(part),
        { name: 'AidetError', code: 'invalid_request' },
        `${name} ${eighth}/8`,
      );
    }
  }
});

t.test('the decoder holds the pixel limit itself', async (t) => {
  const file = await pngOf(picture);
  await t.rejects(decoded(file, { imagePixelsMax: 1000 }), { code: 'image_too_large' });
});
