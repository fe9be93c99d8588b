/**
 * Test files of every format, made anew in each run and the same in each run: by sharp where it writes the format,
 * by small encoders of our own where it does not.
 */
import sharp, {
  type GifOptions,
  type JpegOptions,
  type PngOptions,
  type Sharp,
  type TiffOptions,
  type WebpOptions,
} from 'sharp';
import type { RgbImage } from '../../src/domain/types.js';

/** A picture without symmetry, with smooth and busy parts, so that a wrong turn or channel order shows. */
export function scene(width: number, height: number): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  let state = 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = x > width / 2 ? (state >>> 26) - 32 : 0;
      rgb[at] = clamp((255 * x) / width + noise);
      rgb[at + 1] = clamp((255 * y) / height + noise);
      rgb[at + 2] = clamp(128 + 100 * Math.sin((x * x + 3 * y) / 97) + noise);
    }
  }
  return { rgb, width, height };
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

export function sharpOf(image: RgbImage): Sharp {
  return sharp(image.rgb, { raw: { width: image.width, height: image.height, channels: 3 } });
}

export const jpegOf = (image: RgbImage, options: JpegOptions = {}) =>
  sharpOf(image)
    .jpeg({ quality: 90, ...options })
    .toBuffer();
export const pngOf = (image: RgbImage, options: PngOptions = {}) => sharpOf(image).png(options).toBuffer();
export const webpOf = (image: RgbImage, options: WebpOptions = {}) => sharpOf(image).webp(options).toBuffer();
export const gifOf = (image: RgbImage, options: GifOptions = {}) => sharpOf(image).gif(options).toBuffer();
export const tiffOf = (image: RgbImage, options: TiffOptions = {}) =>
  sharpOf(image)
    .tiff({ compression: 'lzw', ...options })
    .toBuffer();

/** The same picture in each format that sharp writes; the losses are the formats' own. */
export async function sharpFormats(
  image: RgbImage,
): Promise<Record<'jpeg' | 'png' | 'webp' | 'gif' | 'tiff', Buffer>> {
  return {
    jpeg: await jpegOf(image),
    png: await pngOf(image),
    webp: await webpOf(image),
    gif: await gifOf(image),
    tiff: await tiffOf(image),
  };
}

/** `pages` copies of the picture, each a little darker than the one before. */
export async function animated(
  image: RgbImage,
  pages: number,
  format: 'gif' | 'webp' | 'tiff',
): Promise<Buffer> {
  const { rgb, width, height } = image;
  const stack = new Uint8Array(rgb.length * pages);
  for (let page = 0; page < pages; page++) {
    for (let i = 0; i < rgb.length; i++)
      stack[page * rgb.length + i] = ((rgb[i] as number) * (pages - page)) / pages;
  }
  const raw = { width, height: height * pages, channels: 3 as const, pageHeight: height };
  const pipeline = sharp(stack, { raw });
  if (format === 'tiff') return pipeline.tiff({ compression: 'lzw' }).toBuffer();
  return format === 'gif' ? pipeline.gif().toBuffer() : pipeline.webp().toBuffer();
}
