import type { HeatmapGrid, RgbImage } from '../domain/types.js';
import { drawText, GLYPH_HEIGHT_PX, textWidth } from './bitmap-font.js';
import { perceptualMap } from './colour-map.js';
import { encodePalettePng, IndexedPicture } from './palette-png.js';

/**
 * The whole picture's long side, legend included. The contract allows 1024; at 768 a cell of the finest grid still
 * has 24 pixels, and painting costs half: it is on the road of every verdict that asks for a heatmap.
 */
export const PICTURE_SIDE_MAX_PX = 768;
/** Smaller images are enlarged by a whole number, so that a cell can be seen. */
const IMAGE_SIDE_MIN_PX = 256;
/** The legend's text must fit below however narrow an image. */
const CANVAS_WIDTH_MIN_PX = 256;

/**
 * The palette's 256 places are split into steps of probability times steps of grey: a cell shows its colour and
 * the image under it, and the file stays a third of an RGB one. Steps of 0.05 are finer than an eye can read off.
 */
const LEVELS = 20;
const GREYS = 12;
/** Cells that nobody looked at have the grey of the image and lines, but no colour. */
const UNSEEN = LEVELS * GREYS;
const HATCH = UNSEEN + GREYS;
const INK = HATCH + 1;
const PAPER = HATCH + 2;

/** Share of the colour in what is shown; the rest is the dimmed image. */
const COLOUR_SHARE = 0.6;
/** The dimmed image's darkest and lightest grey. */
const DIM_MIN = 10;
const DIM_MAX = 170;
const HATCH_PERIOD_PX = 10;
const HATCH_LINE_PX = 2;

/**
 * Paints the grid over the image, grey and dimmed, as a PNG with a legend below; its long side is at most 768.
 * A cell has one colour to its border: nothing is interpolated, and cells that are null are hatched.
 */
export async function renderHeatmap(image: RgbImage, grid: HeatmapGrid): Promise<Uint8Array> {
  const frame = frameOf(image.width, image.height);
  const picture = new IndexedPicture(frame.canvasWidth, frame.height + frame.legendHeight);
  picture.rows.fill(PAPER);
  for (let y = 0; y < picture.height; y++) picture.rows[y * picture.stride] = 0;
  paintCells(picture, image, grid, frame);
  paintLegend(picture, frame, grid.coverage < 1 || grid.values.some((row) => row.includes(null)));
  return encodePalettePng(picture, PALETTE);
}

interface Frame {
  /** Size at which the image is shown, in pixels of the picture. */
  width: number;
  height: number;
  /** Pixels of the picture for one of the image. */
  scale: number;
  canvasWidth: number;
  legendHeight: number;
  /** Pixels of the picture for one dot of the legend's text. */
  textScale: number;
}

function frameOf(imageWidth: number, imageHeight: number): Frame {
  const textScale = imageWidth >= 480 ? 2 : 1;
  const legendHeight = textScale * (GLYPH_HEIGHT_PX + 16);
  const fit = Math.min(PICTURE_SIDE_MAX_PX / imageWidth, (PICTURE_SIDE_MAX_PX - legendHeight) / imageHeight);
  const wanted = Math.ceil(IMAGE_SIDE_MIN_PX / Math.max(imageWidth, imageHeight));
  const scale = fit < 1 ? fit : Math.max(1, Math.min(Math.floor(fit), wanted));
  const width = Math.max(1, Math.round(imageWidth * scale));
  const height = Math.max(1, Math.round(imageHeight * scale));
  return { width, height, scale, canvasWidth: Math.max(width, CANVAS_WIDTH_MIN_PX), legendHeight, textScale };
}

function paintCells(picture: IndexedPicture, image: RgbImage, grid: HeatmapGrid, frame: Frame): void {
  const { rgb } = image;
  // For each column: where its samples lie and where its cell stands. Two samples a side are enough for a
  // background that is dimmed to twelve greys, and keep the time independent of the image's size.
  const near = new Int32Array(frame.width);
  const far = new Int32Array(frame.width);
  const cellOf = new Int32Array(frame.width);
  for (let x = 0; x < frame.width; x++) {
    const [first, second] = sourcesOf(x, frame.scale, image.width);
    near[x] = first * 3;
    far[x] = second * 3;
    cellOf[x] = Math.min(grid.cols - 1, Math.floor(first / grid.cellPx));
  }
  const bases = new Int16Array(grid.cols);
  let cellRow = -1;
  for (let y = 0; y < frame.height; y++) {
    const [upper, lower] = sourcesOf(y, frame.scale, image.height);
    const row = Math.min(grid.rows - 1, Math.floor(upper / grid.cellPx));
    if (row !== cellRow) {
      cellRow = row;
      for (let c = 0; c < grid.cols; c++) bases[c] = baseOf(grid.values[row]?.[c] ?? null);
    }
    const upperAt = upper * image.width * 3;
    const lowerAt = lower * image.width * 3;
    let to = picture.at(0, y);
    for (let x = 0; x < frame.width; x++, to++) {
      const a = upperAt + (near[x] as number);
      const b = lowerAt + (far[x] as number);
      // Rec. 601 luma in 8-bit fixed point over the sum of two samples, so 17 bits, to steps of grey.
      const luma =
        77 * ((rgb[a] as number) + (rgb[b] as number)) +
        150 * ((rgb[a + 1] as number) + (rgb[b + 1] as number)) +
        29 * ((rgb[a + 2] as number) + (rgb[b + 2] as number));
      picture.rows[to] = (bases[cellOf[x] as number] as number) + ((luma * GREYS) >> 17);
    }
    if (bases.includes(UNSEEN)) hatch(picture, y, frame.width, (x) => bases[cellOf[x] as number] === UNSEEN);
  }
}

function hatch(picture: IndexedPicture, y: number, width: number, isUnseen: (x: number) => boolean): void {
  for (let x = 0; x < width; x++) {
    if (isUnseen(x) && (x + y) % HATCH_PERIOD_PX < HATCH_LINE_PX) picture.rows[picture.at(x, y)] = HATCH;
  }
}

/** First and last source pixel that a pixel of the picture covers along one axis. */
function sourcesOf(place: number, scale: number, size: number): [number, number] {
  const first = Math.min(size - 1, Math.floor(place / scale));
  const last = Math.min(size - 1, Math.max(first, Math.ceil((place + 1) / scale) - 1));
  return [first, last];
}

function baseOf(value: number | null): number {
  if (value === null) return UNSEEN;
  return Math.max(0, Math.min(LEVELS - 1, Math.floor(value * LEVELS))) * GREYS;
}

function paintLegend(picture: IndexedPicture, frame: Frame, hasUnseen: boolean): void {
  const s = frame.textScale;
  const top = frame.height + 4 * s;
  const left = 4 * s;
  const barWidth = LEVELS * 5 * s;
  const barHeight = 8 * s;
  // The bar lies over a middle grey, as the colours in the picture lie over the image.
  for (let level = 0; level < LEVELS; level++) {
    picture.fill(left + level * 5 * s, top, 5 * s, barHeight, level * GREYS + GREYS / 2);
  }
  const labelTop = top + barHeight + 2 * s;
  const label = (text: string, x: number) => drawText(picture, text, x, labelTop, s, INK);
  label('0', left);
  label('0.5', left + Math.round((barWidth - textWidth('0.5', s)) / 2));
  label('1', left + barWidth - textWidth('1', s));
  const caption = left + barWidth + 8 * s;
  drawText(picture, 'AI probability', caption, top, s, INK);
  if (!hasUnseen) return;
  for (let y = labelTop; y < labelTop + GLYPH_HEIGHT_PX * s; y++) {
    for (let x = caption; x < caption + 14 * s; x++) {
      picture.rows[picture.at(x, y)] = (x + y) % HATCH_PERIOD_PX < HATCH_LINE_PX ? HATCH : UNSEEN + GREYS / 2;
    }
  }
  drawText(picture, 'not looked at', caption + 18 * s, labelTop, s, INK);
}

const PALETTE = buildPalette();

function buildPalette(): Uint8Array {
  const palette = new Uint8Array(768);
  const colours = perceptualMap();
  for (let grey = 0; grey < GREYS; grey++) {
    const dim = DIM_MIN + ((DIM_MAX - DIM_MIN) * grey) / (GREYS - 1);
    palette.fill(Math.round(dim), 3 * (UNSEEN + grey), 3 * (UNSEEN + grey) + 3);
    for (let level = 0; level < LEVELS; level++) {
      const middle = Math.round((255 * (level + 0.5)) / LEVELS);
      for (let c = 0; c < 3; c++) {
        const colour = colours[3 * middle + c] as number;
        palette[3 * (level * GREYS + grey) + c] = Math.round(
          COLOUR_SHARE * colour + (1 - COLOUR_SHARE) * dim,
        );
      }
    }
  }
  palette.set([225, 225, 225], 3 * HATCH);
  palette.set([235, 235, 235], 3 * INK);
  palette.set([24, 24, 24], 3 * PAPER);
  return palette;
}
