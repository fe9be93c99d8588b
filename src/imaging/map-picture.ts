import type { ColourMap } from './colour-map.js';
import { encodePalettePng, IndexedPicture } from './palette-png.js';

export interface MapPictureOptions {
  /** 256 RGB triples that the map's values point into. */
  palette: ColourMap;
  /** The picture's long side at most; a larger map is averaged down, a smaller one is kept. */
  longSidePx: number;
  /**
   * Steps that values are rounded down to, 2..256. 32 are as many as an eye tells apart in a map, take half the
   * time to compress and a third of the bytes; 256 keep every value.
   */
  levels: number;
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
  if (options.levels < 256) reduce(picture, options.levels);
  return encodePalettePng(picture, options.palette);
}

/** Puts each value on the middle of its step, so that the picture is neither darker nor lighter on the whole. */
function reduce(picture: IndexedPicture, levels: number): void {
  const step = Uint8Array.from({ length: 256 }, (_, value) =>
    Math.floor(((Math.floor((value * levels) / 256) + 0.5) * 256) / levels),
  );
  for (let y = 0; y < picture.height; y++) {
    const end = picture.at(picture.width, y);
    for (let at = picture.at(0, y); at < end; at++)
      picture.rows[at] = step[picture.rows[at] as number] as number;
  }
}

/** Each pixel is the mean of the whole source pixels that it covers; every source pixel counts somewhere. */
function averageDown(map: Uint8Array, width: number, height: number, picture: IndexedPicture): void {
  const columns = edges(width, picture.width);
  const rows = edges(height, picture.height);
  const sums = new Uint32Array(picture.width);
  for (let y = 0; y < picture.height; y++) {
    const top = rows[y] as number;
    const bottom = rows[y + 1] as number;
    sums.fill(0);
    for (let row = top; row < bottom; row++) {
      let at = row * width;
      for (let x = 0; x < picture.width; x++) {
        const end = row * width + (columns[x + 1] as number);
        let sum = 0;
        for (; at < end; at++) sum += map[at] as number;
        sums[x] = (sums[x] as number) + sum;
      }
    }
    for (let x = 0; x < picture.width; x++) {
      const pixels = ((columns[x + 1] as number) - (columns[x] as number)) * (bottom - top);
      picture.rows[picture.at(x, y)] = Math.round((sums[x] as number) / pixels);
    }
  }
}

/** Borders of `count` runs of whole pixels, each of one pixel and more since the picture is the smaller one. */
function edges(size: number, count: number): Int32Array {
  return Int32Array.from({ length: count + 1 }, (_, i) => Math.floor((i * size) / count));
}
