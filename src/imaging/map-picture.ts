import { drawText, GLYPH_HEIGHT_PX, textWidth } from './bitmap-font.js';
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
  /** The place on the scale, 0..255, that each value stands for; absent: the value itself. */
  scale?: Uint8Array;
  /** The values are squares of an image, each drawn over all of its pixels; absent: a value is a pixel. */
  squares?: { px: number; imageWidth: number; imageHeight: number };
  /** Drawn below the map; only with fewer than 256 levels, since it needs two places of the palette for itself. */
  legend?: MapLegend;
}

export interface MapLegend {
  caption: string;
  /** What the ends of the scale stand for. */
  low: string;
  high: string;
}

/** Places that no step's middle falls on: what the legend is drawn with and on. */
const PAPER = 0;
const INK = 255;
const LEGEND_WIDTH_MIN_PX = 256;

interface Size {
  width: number;
  height: number;
}

/**
 * Draws a measured map (row-major) as a palette PNG.
 * @param map `width * height` values, each a place in `scale`, or 0..255 without it.
 */
export function renderMap(
  map: Uint8Array | Uint16Array,
  width: number,
  height: number,
  options: MapPictureOptions,
): Uint8Array {
  if (map.length !== width * height)
    throw new RangeError(`map is ${map.length} bytes, not ${width} x ${height}`);
  const { legend, palette, squares } = options;
  const [fullWidth, fullHeight] = squares ? [squares.imageWidth, squares.imageHeight] : [width, height];
  const scale = Math.min(1, options.longSidePx / Math.max(fullWidth, fullHeight));
  const size = {
    width: Math.max(1, Math.round(fullWidth * scale)),
    height: Math.max(1, Math.round(fullHeight * scale)),
  };
  const textScale = size.width >= 480 ? 2 : 1;
  const picture = legend
    ? new IndexedPicture(
        Math.max(size.width, LEGEND_WIDTH_MIN_PX),
        size.height + textScale * LEGEND_HEIGHT_DOTS,
      )
    : new IndexedPicture(size.width, size.height);
  if (squares !== undefined) {
    drawSquares(map, width, picture, size, squares.px * scale, shownAs(options));
  } else if (size.width === width && size.height === height) {
    copy(map, picture, size, shownAs(options));
  } else {
    averageDown(map, width, height, picture, size, shownAs(options));
  }
  if (legend === undefined) return encodePalettePng(picture, palette, 'fine');
  drawLegend(picture, legend, size.height, textScale, options.levels);
  const withInk = Uint8Array.from(palette);
  withInk.set([24, 24, 24], 3 * PAPER);
  withInk.set([235, 235, 235], 3 * INK);
  return encodePalettePng(picture, withInk, 'fine');
}

const LEGEND_HEIGHT_DOTS = GLYPH_HEIGHT_PX + 18;

function drawLegend(
  picture: IndexedPicture,
  legend: MapLegend,
  top: number,
  s: number,
  levels: number,
): void {
  const left = 4 * s;
  const barTop = top + 4 * s;
  const step = Math.max(1, Math.round((100 * s) / levels));
  for (let level = 0; level < levels; level++) {
    const index = Math.floor(((level + 0.5) * 256) / levels);
    picture.fill(left + level * step, barTop, step, 8 * s, index);
  }
  const barWidth = levels * step;
  const labelTop = barTop + 9 * s;
  drawText(picture, legend.low, left, labelTop, s, INK);
  drawText(
    picture,
    legend.high,
    Math.max(left, left + barWidth - textWidth(legend.high, s)),
    labelTop,
    s,
    INK,
  );
  drawText(picture, legend.caption, left + barWidth + 8 * s, barTop, s, INK);
}

/** Palette places by value, on the middle of each step, so that the picture is neither darker nor lighter on the whole. */
function shownAs({ levels, scale }: MapPictureOptions): Uint8Array {
  const step = (place: number): number =>
    levels === 256 ? place : Math.floor(((Math.floor((place * levels) / 256) + 0.5) * 256) / levels);
  return scale === undefined ? Uint8Array.from({ length: 256 }, (_, v) => step(v)) : scale.map(step);
}

function copy(
  map: Uint8Array | Uint16Array,
  { rows, stride }: IndexedPicture,
  { width, height }: Size,
  shown: Uint8Array,
): void {
  for (let y = 0, from = 0, to = 1; y < height; y++, to += stride - width) {
    for (const end = to + width; to < end; to++, from++) rows[to] = shown[map[from] as number] as number;
  }
}

/** @param side of a square in pixels of the picture; under 1 the square that holds a pixel's corner is drawn. */
function drawSquares(
  map: Uint8Array | Uint16Array,
  cols: number,
  picture: IndexedPicture,
  { width, height }: Size,
  side: number,
  shown: Uint8Array,
): void {
  const rowOf = (y: number): number => Math.min(map.length / cols - 1, Math.floor(y / side));
  const columns = Int32Array.from({ length: width }, (_, x) => Math.min(cols - 1, Math.floor(x / side)));
  for (let y = 0; y < height; y++) {
    const row = rowOf(y);
    if (y > 0 && row === rowOf(y - 1)) {
      picture.repeatRow(y);
      continue;
    }
    const to = picture.at(0, y);
    for (let x = 0; x < width; x++)
      picture.rows[to + x] = shown[map[row * cols + (columns[x] as number)] as number] as number;
  }
}

/** Each pixel is the mean of the whole source pixels that it covers; every source pixel counts somewhere. */
function averageDown(
  map: Uint8Array | Uint16Array,
  width: number,
  height: number,
  picture: IndexedPicture,
  size: Size,
  shown: Uint8Array,
): void {
  const columns = edges(width, size.width);
  const rows = edges(height, size.height);
  const sums = new Uint32Array(size.width);
  for (let y = 0; y < size.height; y++) {
    const top = rows[y] as number;
    const bottom = rows[y + 1] as number;
    sums.fill(0);
    for (let row = top; row < bottom; row++) {
      let at = row * width;
      for (let x = 0; x < size.width; x++) {
        const end = row * width + (columns[x + 1] as number);
        let sum = 0;
        for (; at < end; at++) sum += map[at] as number;
        sums[x] = (sums[x] as number) + sum;
      }
    }
    for (let x = 0; x < size.width; x++) {
      const pixels = ((columns[x + 1] as number) - (columns[x] as number)) * (bottom - top);
      picture.rows[picture.at(x, y)] = shown[Math.round((sums[x] as number) / pixels)] as number;
    }
  }
}

/** Borders of `count` runs of whole pixels, each of one pixel and more since the picture is the smaller one. */
function edges(size: number, count: number): Int32Array {
  return Int32Array.from({ length: count + 1 }, (_, i) => Math.floor((i * size) / count));
}
