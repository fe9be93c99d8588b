import sharp from 'sharp';
import { test } from 'tap';
import type { RgbImage } from '../../../src/domain/types.js';
import { findStealth } from '../../../src/provenance/pixels/stealth.js';
import { scene } from '../../support/images.js';

const BLANK: RgbImage = { rgb: new Uint8Array(3), width: 1, height: 1 };

/** Bits of a text, most significant first. */
const bitsOf = (text: string): number[] =>
  [...text].flatMap((char) => [...char.charCodeAt(0).toString(2).padStart(8, '0')].map(Number));

/** RGBA with the text in the lowest bits of alpha, column by column. */
function withAlphaText(width: number, height: number, text: string): Buffer {
  const rgba = Buffer.alloc(width * height * 4, 254);
  const { rgb } = scene(width, height);
  for (let i = 0; i < width * height; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  for (const [i, bit] of bitsOf(text).entries()) {
    const at = ((i % height) * width + Math.floor(i / height)) * 4 + 3;
    rgba[at] = 254 | bit;
  }
  return rgba;
}

const rgba = (width: number, height: number, text: string) =>
  sharp(withAlphaText(width, height, text), { raw: { width, height, channels: 4 } });

test('the word is found in the alpha of PNG and lossless WebP, whatever the shape', async (t) => {
  for (const [width, height] of [
    [64, 200],
    [200, 64],
    [40, 120],
    [130, 1],
    [300, 7],
  ] as const) {
    for (const word of ['stealth_pnginfo', 'stealth_pngcomp']) {
      const size = `${width} x ${height}`;
      const png = await rgba(width, height, word).png({ adaptiveFiltering: true }).toBuffer();
      t.match(
        await findStealth(png, BLANK),
        { trace: 'stealth_pnginfo', source: 'lowest bits of alpha' },
        size,
      );
      const webp = await rgba(width, height, word).webp({ lossless: true, exact: true }).toBuffer();
      t.equal((await findStealth(webp, BLANK))?.trace, 'stealth_pnginfo', size);
    }
  }
});

test('the word is found in the lowest bits of the colours', async (t) => {
  const image = scene(50, 30);
  for (const [i, bit] of bitsOf('stealth_rgbinfo').entries()) {
    const pixel = Math.floor(i / 3);
    const at = ((pixel % 30) * 50 + Math.floor(pixel / 30)) * 3 + (i % 3);
    image.rgb[at] = ((image.rgb[at] as number) & 254) | bit;
  }
  t.equal((await findStealth(new Uint8Array(), image))?.source, 'lowest bits of the colours');
});

test('other pictures have none: opaque, small, interlaced, lossy, damaged', async (t) => {
  const png = await rgba(64, 200, 'stealth_pnginfo').png().toBuffer();
  const without = [
    await rgba(64, 200, 'stealth_pngimfo').png().toBuffer(),
    await rgba(10, 11, 'stealth_pnginfo').png().toBuffer(),
    await rgba(64, 200, 'stealth_pnginfo').removeAlpha().png().toBuffer(),
    await rgba(64, 200, 'stealth_pnginfo').webp({ quality: 50, alphaQuality: 10 }).toBuffer(),
    png.subarray(0, 60),
    Buffer.from('RIFF....WEBPVP8L'),
    Buffer.alloc(0),
  ];
  for (const [i, bytes] of without.entries())
    t.equal(await findStealth(bytes, scene(64, 200)), null, `file ${i}`);
  const damaged = Buffer.from(png);
  damaged.fill(0x55, 45, 120);
  t.equal(await findStealth(damaged, BLANK), null);
});

test('a bomb in the picture data is left alone', async (t) => {
  const png = await sharp({ create: { width: 30_000, height: 2_000, channels: 4, background: '#1234' } })
    .png()
    .toBuffer();
  t.equal(await findStealth(png, BLANK), null);
});
