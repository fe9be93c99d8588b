import sharp from 'sharp';
import { renderPhoto } from '../../bench/images.js';
import { seededRandom } from '../../bench/random.js';
import { DEFAULT_FORENSICS_OPTIONS, type ForensicsOptions, type RgbImage } from '../../src/domain/types.js';
import { analyse } from '../../src/forensics/analyse.js';
import { openKernels } from '../../src/forensics/kernels.js';
import type { Forensics } from '../../src/forensics/types.js';

export const kernels = openKernels(null);

export function photo(width: number, height: number, seed: number): RgbImage {
  return { rgb: renderPhoto(width, height, seed), width, height };
}

/** With uniform noise of -amplitude..amplitude added. */
export function grainy(image: RgbImage, amplitude: number): RgbImage {
  const random = seededRandom(amplitude);
  return {
    ...image,
    rgb: image.rgb.map((v) => Math.max(0, Math.min(255, Math.round(v + (2 * random() - 1) * amplitude)))),
  };
}

export function sharpOf({ rgb, width, height }: RgbImage) {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

export async function decoded(file: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    rgb: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
  };
}

export async function throughJpeg(image: RgbImage, quality: number): Promise<RgbImage> {
  return decoded(await sharpOf(image).jpeg({ quality }).toBuffer());
}

/** A copy of `onto` with the square of `side` pixels from `from`'s corner at (x, y). */
export function pasted(onto: RgbImage, from: RgbImage, x: number, y: number, side: number): RgbImage {
  const rgb = onto.rgb.slice();
  for (let row = 0; row < side; row++) {
    const at = row * from.width * 3;
    rgb.set(from.rgb.subarray(at, at + side * 3), ((y + row) * onto.width + x) * 3);
  }
  return { ...onto, rgb };
}

/** The file through the whole room, as the pipeline calls it, but without pictures. */
export async function examined(
  file: Uint8Array,
  options: Partial<ForensicsOptions> = {},
): Promise<Forensics> {
  const image = await decoded(file);
  const format = file[0] === 0xff ? 'jpeg' : 'png';
  return analyse(kernels, {
    image,
    file: new Uint8Array(file),
    info: {
      sha256: 'ab'.repeat(32),
      format,
      width: image.width,
      height: image.height,
      bytes: file.length,
      pages: 1,
    },
    orientation: 1,
    evidence: Promise.resolve([]),
    options: { ...DEFAULT_FORENSICS_OPTIONS, maps: false, ...options },
    cancel: null,
  });
}
