import type { RgbImage } from '../domain/types.js';
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
  /** The image that was measured: drawn dimmed and grey under the map, whose steps are then at most 16. */
  over?: RgbImage;
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
  const { legend, squares, over } = options;
  const { shown, palette, levels, placeOf } = over ? overlayed(options) : plain(options);
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
    drawSquares(map, width, picture, size, squares.px * scale, shown, over === undefined);
  } else if (size.width === width && size.height === height) {
    copy(map, picture, size, shown);
  } else {
    averageDown(map, width, height, picture, size, shown);
  }
  if (over !== undefined) shade(picture, size, over);
  if (legend === undefined) return encodePalettePng(picture, palette, 'fine');
  drawLegend(picture, legend, size.height, textScale, levels, placeOf);
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
  placeOf: (level: number) => number,
): void {
  const left = 4 * s;
  const barTop = top + 4 * s;
  const step = Math.max(1, Math.round((100 * s) / levels));
  for (let level = 0; level < levels; level++) {
    picture.fill(left + level * step, barTop, step, 8 * s, placeOf(level));
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

/** How values become places of the palette. */
interface Colouring {
  /** The place of each value. */
  shown: Uint8Array;
  palette: ColourMap;
  levels: number;
  placeOf: (level: number) => number;
}

/** Places lie on the middle of each step, so that the picture is neither darker nor lighter on the whole. */
function plain({ levels, scale, palette }: MapPictureOptions): Colouring {
  const placeOf = (level: number): number => Math.floor(((level + 0.5) * 256) / levels);
  const step = (place: number): number =>
    levels === 256 ? place : placeOf(Math.floor((place * levels) / 256));
  return { shown: byValue(scale, step), palette, levels, placeOf };
}

/** Steps of the map times steps of grey, from place 1 on. */
const OVERLAY_LEVELS_MAX = 16;
const GREYS = 12;
const COLOUR_SHARE = 0.6;
/** The dimmed image's darkest and lightest grey. */
const DIM_MIN = 10;
const DIM_MAX = 200;

function overlayed({ levels: wanted, scale, palette }: MapPictureOptions): Colouring {
  const levels = Math.min(OVERLAY_LEVELS_MAX, wanted);
  const first = (level: number): number => 1 + level * GREYS;
  const mixed = new Uint8Array(palette.length);
  for (let level = 0; level < levels; level++) {
    const colour = 3 * Math.floor(((level + 0.5) * 256) / levels);
    for (let grey = 0; grey < GREYS; grey++) {
      const dim = DIM_MIN + ((DIM_MAX - DIM_MIN) * grey) / (GREYS - 1);
      for (let c = 0; c < 3; c++)
        mixed[3 * (first(level) + grey) + c] =
          COLOUR_SHARE * (palette[colour + c] as number) + (1 - COLOUR_SHARE) * dim;
    }
  }
  const step = (place: number): number => first(Math.floor((place * levels) / 256));
  return {
    shown: byValue(scale, step),
    palette: mixed,
    levels,
    placeOf: (level) => first(level) + GREYS / 2,
  };
}

function byValue(scale: Uint8Array | undefined, step: (place: number) => number): Uint8Array {
  return scale === undefined ? Uint8Array.from({ length: 256 }, (_, v) => step(v)) : scale.map(step);
}

/** Adds the grey of the image's pixel in the middle of each of the picture's. */
function shade(picture: IndexedPicture, { width, height }: Size, { rgb, ...full }: RgbImage): void {
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * full.height) / height) * full.width;
    const to = picture.at(0, y);
    for (let x = 0; x < width; x++) {
      const at = 3 * (row + Math.floor(((x + 0.5) * full.width) / width));
      // Rec. 601 luma in 8-bit fixed point, 16 bits, to steps of grey.
      const luma = 77 * (rgb[at] as number) + 150 * (rgb[at + 1] as number) + 29 * (rgb[at + 2] as number);
      picture.rows[to + x] = (picture.rows[to + x] as number) + ((luma * GREYS) >> 16);
    }
  }
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
  mayRepeat: boolean,
): void {
  const rowOf = (y: number): number => Math.min(map.length / cols - 1, Math.floor(y / side));
  const columns = Int32Array.from({ length: width }, (_, x) => Math.min(cols - 1, Math.floor(x / side)));
  for (let y = 0; y < height; y++) {
    const row = rowOf(y);
    if (mayRepeat && y > 0 && row === rowOf(y - 1)) {
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
