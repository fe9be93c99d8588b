import { centreAndSpread } from './order-statistics.js';
import { BLOCK_PX, CELL_BLOCKS, type WindowGrid, windowGrid } from './regions.js';

export interface LocalGhostInput {
  /** [quality][block] mean squared error of requantisation. */
  energy: Float32Array;
  qualities: number;
  /** Pixels that the blocks cover: whole 8 x 8 blocks from the grid's offset on. */
  width: number;
  height: number;
}

export interface LocalGhosts extends WindowGrid {
  /** Per window the mean of its two dips that stand farthest from the image's, in spreads; NaN where there is too little texture. */
  scores: Float32Array;
  /** Share of the windows that had enough texture. */
  coverage: number;
}

/** Below this error at the coarsest quality, in grey levels squared, a window is too flat to have a history. */
const TEXTURE_MIN = 4;
/** Keeps logarithms finite where requantisation leaves nothing; well under the rounding noise of a decoder. */
const FLOOR = 0.02;
/** Spreads below this are those of a synthetic picture. */
const SPREAD_MIN = 0.06;
const WINDOWS_MIN = 12;

/**
 * Compares each window's ghost curve with the rest of the image's. A dip is how far the logarithm of the error lies
 * below the mean of its neighbours in quality: texture moves the whole curve, only compression history makes dips.
 */
export function localGhosts({ energy, qualities, width, height }: LocalGhostInput): LocalGhosts {
  const blockCols = Math.ceil(width / BLOCK_PX);
  const blockRows = Math.ceil(height / BLOCK_PX);
  const { cols, rows } = windowGrid(blockCols, blockRows);
  const scores = new Float32Array(cols * rows).fill(Number.NaN);
  const cells = new Float32Array((cols + 1) * (rows + 1));
  const logsInto = (logs: Float32Array, q: number): Float32Array =>
    logsOfWindows(energy, q, blockCols, blockRows, cells, logs);
  const fresh = (): Float32Array => new Float32Array(scores.length);
  let [before, here, after] = [logsInto(fresh(), 0), logsInto(fresh(), 1), logsInto(fresh(), 2)];
  const valid = windowsOver(before, Math.log(TEXTURE_MIN));
  const result = { scores, cols, rows, coverage: valid.length / Math.max(1, scores.length) };
  if (valid.length < WINDOWS_MIN) return result;
  // Of the valid windows, in their order.
  const first = new Float32Array(valid.length);
  const second = new Float32Array(valid.length);
  const dips = new Float64Array(valid.length);
  for (let q = 1; q + 1 < qualities; q++) {
    for (let i = 0; i < valid.length; i++) {
      const w = valid[i] as number;
      dips[i] = Math.fround(((before[w] as number) + (after[w] as number)) / 2 - (here[w] as number));
    }
    const { centre, spread } = centreAndSpread(dips);
    for (let i = 0; i < valid.length; i++) {
      const z = Math.abs((dips[i] as number) - centre) / Math.max(spread, SPREAD_MIN);
      // The two largest: a history shows at more than one quality, a chance at one.
      if (z > (first[i] as number)) {
        second[i] = first[i] as number;
        first[i] = z;
      } else if (z > (second[i] as number)) second[i] = z;
    }
    if (q + 2 < qualities) [before, here, after] = [here, after, logsInto(before, q + 2)];
  }
  for (let i = 0; i < valid.length; i++)
    scores[valid[i] as number] = ((first[i] as number) + (second[i] as number)) / 2;
  return result;
}

function windowsOver(values: Float32Array, least: number): Int32Array {
  const found = new Int32Array(values.length);
  let count = 0;
  for (let w = 0; w < values.length; w++) if ((values[w] as number) >= least) found[count++] = w;
  return found.subarray(0, count);
}

/** Natural logarithm of each window's mean error at one quality, into `logs`; `cells` is room for sums. */
function logsOfWindows(
  energy: Float32Array,
  quality: number,
  cols: number,
  rows: number,
  cells: Float32Array,
  logs: Float32Array,
): Float32Array {
  const cellCols = Math.floor(cols / CELL_BLOCKS);
  const cellRows = Math.floor(rows / CELL_BLOCKS);
  const grid = windowGrid(cols, rows);
  const plane = energy.subarray(quality * cols * rows, (quality + 1) * cols * rows);
  for (let y = 0; y < cellRows; y++) {
    for (let x = 0; x < cellCols; x++) {
      const at = y * CELL_BLOCKS * cols + x * CELL_BLOCKS;
      cells[y * cellCols + x] =
        (plane[at] as number) +
        (plane[at + 1] as number) +
        (plane[at + cols] as number) +
        (plane[at + cols + 1] as number);
    }
  }
  for (let y = 0; y < grid.rows; y++) {
    for (let x = 0; x < grid.cols; x++) {
      const at = y * cellCols + x;
      const sum =
        (cells[at] as number) +
        (cells[at + 1] as number) +
        (cells[at + cellCols] as number) +
        (cells[at + cellCols + 1] as number);
      logs[y * grid.cols + x] = Math.log(sum / 16 + FLOOR);
    }
  }
  return logs;
}
