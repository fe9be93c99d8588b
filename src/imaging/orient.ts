import type { RgbImage } from '../domain/types.js';

/**
 * Turns and mirrors stored pixels so that the picture stands upright. One pass over the RGB bytes, the same for
 * every format, by the orientation that the probe read: decoders differ in which of a file's tags they believe.
 * @param orientation EXIF orientation, 1..8. Source: CIPA DC-008 (Exif 2.32), 4.6.4, tag 0x0112.
 */
export function orient(image: RgbImage, orientation: number): RgbImage {
  if (orientation === 1) return image;
  const { rgb, width, height } = image;
  const isTransposed = orientation >= 5;
  const outWidth = isTransposed ? height : width;
  const outHeight = isTransposed ? width : height;
  const out = new Uint8Array(rgb.length);
  const { origin, stepX, stepY } = walkOf(orientation, width, height);
  // Squares of this side keep both the rows that are read and those that are written in the first-level cache.
  const side = 32;
  for (let top = 0; top < outHeight; top += side) {
    const bottom = Math.min(top + side, outHeight);
    for (let left = 0; left < outWidth; left += side) {
      const right = Math.min(left + side, outWidth);
      for (let y = top; y < bottom; y++) {
        let to = (y * outWidth + left) * 3;
        let from = (origin + y * stepY + left * stepX) * 3;
        for (let x = left; x < right; x++) {
          out[to] = rgb[from] as number;
          out[to + 1] = rgb[from + 1] as number;
          out[to + 2] = rgb[from + 2] as number;
          to += 3;
          from += stepX * 3;
        }
      }
    }
  }
  return { rgb: out, width: outWidth, height: outHeight };
}

/** Where the upright picture's first pixel is stored, and how far apart its neighbours are, in pixels. */
function walkOf(
  orientation: number,
  width: number,
  height: number,
): { origin: number; stepX: number; stepY: number } {
  const last = width * height - 1;
  switch (orientation) {
    case 2:
      return { origin: width - 1, stepX: -1, stepY: width };
    case 3:
      return { origin: last, stepX: -1, stepY: -width };
    case 4:
      return { origin: last - (width - 1), stepX: 1, stepY: -width };
    case 5:
      return { origin: 0, stepX: width, stepY: 1 };
    case 6:
      return { origin: last - (width - 1), stepX: -width, stepY: 1 };
    case 7:
      return { origin: last, stepX: -width, stepY: -1 };
    case 8:
      return { origin: width - 1, stepX: width, stepY: -1 };
    default:
      throw new RangeError(`orientation is 1..8, got ${orientation}`);
  }
}
