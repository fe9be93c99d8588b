import type { ColourMap } from './colour-map.js';
import { encodePalettePng, IndexedPicture } from './palette-png.js';

export interface MapPictureOptions {
  /** 256 RGB triples that the map's values point into. */
  palette: ColourMap;
  /** The picture's long side at most; a larger map is averaged down, a smaller one is kept. */
  longSidePx: number;
}

/**
 * Draws a measured map (one byte a pixel, row-major) as a palette PNG.
 * @param map `width * height` values, 0..255.
 */
export function renderMap(
  map: Uint8Array,
  width: number,
  height: number,
  options: MapPictureOptions,
): Uint8Array {
  if (map.length !== width * height)
    throw new RangeError(`map is ${map.length} bytes, not ${width} x ${height}`);
  const scale = Math.min(1, options.longSidePx / Math.max(width, height));
  const picture = new IndexedPicture(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  if (picture.width === width && picture.height === height) {
    for (let y = 0; y < height; y++)
      picture.rows.set(map.subarray(y * width, (y + 1) * width), picture.at(0, y));
  } else {
    averageDown(map, width, height, picture);
  }
  return encodePalettePng(picture, options.palette);
}

/** Each pixel is the mean of the whole source pixels that it covers; every source pixel counts somewhere. */
function averageDown(map: Uint8Array, width: number, height: number, picture: IndexedPicture): void {
  const sums = new Uint32Array(picture.width);
  for (let y = 0; y < picture.height; y++) {
    const top = Math.floor((y * height) / picture.height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * height) / picture.height));
    sums.fill(0);
    for (let row = top; row < bottom; row++) {
      let at = row * width;
      for (let x = 0, left = 0; x < picture.width; x++) {
        const right = Math.max(left + 1, Math.floor(((x + 1) * width) / picture.width));
        let sum = 0;
        for (; left < right; left++, at++) sum += map[at] as number;
        sums[x] = (sums[x] as number) + sum;
      }
    }
    for (let x = 0; x < picture.width; x++) {
      const left = Math.floor((x * width) / picture.width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * width) / picture.width));
      picture.rows[picture.at(x, y)] = Math.round((sums[x] as number) / ((right - left) * (bottom - top)));
    }
  }
}
