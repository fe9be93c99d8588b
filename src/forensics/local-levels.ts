import { centreAndSpread, median } from './order-statistics.js';
import { CELL_BLOCKS, type WindowGrid, windowGrid } from './regions.js';

export interface BlockPlane {
  /** A value a block of 16 x 16 pixels, row-major. */
  values: ArrayLike<number>;
  cols: number;
  rows: number;
}

const WINDOW_BLOCKS = 2 * CELL_BLOCKS;
/** The four values of a cell in ascending order, and an end that is greater than all. */
const CELL_VALUES = 5;

/** One value a window: the `share`-quantile of its 16 blocks. Windows share cells, which are sorted once. */
export function windowQuantiles(plane: BlockPlane, share: number): Float32Array {
  const grid = windowGrid(plane.cols, plane.rows);
  const out = new Float32Array(grid.cols * grid.rows);
  const values = WINDOW_BLOCKS * WINDOW_BLOCKS;
  const place = Math.min(values - 1, Math.floor(share * values));
  const cellCols = grid.cols + 1;
  const cells = sortedCells(plane, cellCols, grid.rows + 1);
  for (let w = 0; w < out.length; w++) {
    let a = CELL_VALUES * (Math.floor(w / grid.cols) * cellCols + (w % grid.cols));
    let b = a + CELL_VALUES;
    let c = a + CELL_VALUES * cellCols;
    let d = c + CELL_VALUES;
    let least = 0;
    for (let i = 0; i <= place; i++) {
      const upper = Math.min(cells[a] as number, cells[b] as number);
      const lower = Math.min(cells[c] as number, cells[d] as number);
      least = Math.min(upper, lower);
      if (upper <= lower) {
        if (cells[a] === upper) a++;
        else b++;
      } else if (cells[c] === lower) c++;
      else d++;
    }
    out[w] = least;
  }
  return out;
}

function sortedCells({ values, cols }: BlockPlane, cellCols: number, cellRows: number): Float32Array {
  const cells = new Float32Array(CELL_VALUES * cellCols * cellRows).fill(Number.POSITIVE_INFINITY);
  for (let y = 0, to = 0; y < cellRows; y++) {
    for (let x = 0; x < cellCols; x++, to += CELL_VALUES) {
      const at = CELL_BLOCKS * (y * cols + x);
      const p = values[at] as number;
      const q = values[at + 1] as number;
      const r = values[at + cols] as number;
      const s = values[at + cols + 1] as number;
      const lowTop = Math.min(p, q);
      const highTop = Math.max(p, q);
      const lowBottom = Math.min(r, s);
      const highBottom = Math.max(r, s);
      const inner = Math.max(lowTop, lowBottom);
      const other = Math.min(highTop, highBottom);
      cells[to] = Math.min(lowTop, lowBottom);
      cells[to + 1] = Math.min(inner, other);
      cells[to + 2] = Math.max(inner, other);
      cells[to + 3] = Math.max(highTop, highBottom);
    }
  }
  return cells;
}

export interface LocalLevels extends WindowGrid {
  /** Per window its deviation from what the rest of the image has at the same covariate, in spreads; NaN: not judged. */
  scores: Float32Array;
  /** The same in the unit of the level. */
  residuals: Float32Array;
}

const BINS_MAX = 8;
const WINDOWS_A_BIN = 12;
const WINDOWS_MIN = 12;

/**
 * How far each window's level lies from the image's own relation between level and covariate (brightness for noise,
 * texture for ELA): the median in bins of equally many windows, interpolated between them.
 * @param spreadMin the least spread that is believed, in the unit of the level
 */
export function localLevels(
  level: Float32Array,
  covariate: Float32Array,
  isJudged: (window: number) => boolean,
  grid: WindowGrid,
  spreadMin: number,
): LocalLevels {
  const scores = new Float32Array(level.length).fill(Number.NaN);
  const residuals = new Float32Array(level.length).fill(Number.NaN);
  const judged = ascending(covariate, isJudged);
  const result = { ...grid, scores, residuals };
  if (judged.length < WINDOWS_MIN) return result;
  const bins = Math.max(1, Math.min(BINS_MAX, Math.floor(judged.length / WINDOWS_A_BIN)));
  const knots = Array.from({ length: bins }, (_, b) => {
    const part = judged.subarray(
      Math.floor((b * judged.length) / bins),
      Math.floor(((b + 1) * judged.length) / bins),
    );
    const of = (values: Float32Array): number => {
      const there = new Float64Array(part.length);
      for (let i = 0; i < part.length; i++) there[i] = values[part[i] as number] as number;
      return median(there);
    };
    return { at: of(covariate), level: of(level) };
  });
  const inOrder = new Float64Array(judged.length);
  for (let i = 0, after = 0; i < judged.length; i++) {
    const w = judged[i] as number;
    const x = covariate[w] as number;
    while (after < bins && (knots[after] as Knot).at < x) after++;
    residuals[w] = (level[w] as number) - interpolate(knots, after, x);
    inOrder[i] = residuals[w] as number;
  }
  const { centre, spread } = centreAndSpread(inOrder);
  for (const w of judged) {
    scores[w] = Math.abs((residuals[w] as number) - centre) / Math.max(spread, spreadMin);
  }
  return result;
}

/** Places of a window's number beside its value in one double: 2^21 windows are two gigapixels. */
const NUMBERS = 2 ** 21;

/** The windows that are judged, by their value, those of one value in their order. */
function ascending(values: Float32Array, isJudged: (window: number) => boolean): Uint32Array {
  const bits = new Int32Array(new Float32Array(values).buffer);
  const keys = new Float64Array(values.length);
  let count = 0;
  for (let w = 0; w < values.length; w++) {
    if (!isJudged(w)) continue;
    // IEEE 754 bits stand in the order of the values once the negative ones are turned round.
    const b = bits[w] as number;
    keys[count++] = (b < 0 ? -(b & 0x7fffffff) : b) * NUMBERS + w;
  }
  keys.subarray(0, count).sort();
  const windows = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    windows[i] = key - Math.floor(key / NUMBERS) * NUMBERS;
  }
  return windows;
}

interface Knot {
  at: number;
  level: number;
}

/** @param after the first knot that does not lie before `x` */
function interpolate(knots: Knot[], after: number, x: number): number {
  if (after === 0) return (knots[0] as Knot).level;
  if (after === knots.length) return (knots[after - 1] as Knot).level;
  const [a, b] = [knots[after - 1], knots[after]] as [Knot, Knot];
  return b.at === a.at ? b.level : a.level + ((b.level - a.level) * (x - a.at)) / (b.at - a.at);
}
