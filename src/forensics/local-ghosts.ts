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
  const dips = dipsOfWindows(energy, qualities, blockCols, blockRows);
  const valid: number[] = [];
  for (let w = 0; w < scores.length; w++) if (!Number.isNaN(dips[w * qualities] as number)) valid.push(w);
  const result = { scores, cols, rows, coverage: valid.length / Math.max(1, scores.length) };
  if (valid.length < WINDOWS_MIN) return result;
  const first = new Float32Array(scores.length);
  const second = new Float32Array(scores.length);
  const atQuality = new Float64Array(valid.length);
  for (let q = 1; q + 1 < qualities; q++) {
    for (let i = 0; i < valid.length; i++)
      atQuality[i] = dips[(valid[i] as number) * qualities + q] as number;
    const { centre, spread } = centreAndSpread(atQuality);
    for (const w of valid) {
      const z = Math.abs((dips[w * qualities + q] as number) - centre) / Math.max(spread, SPREAD_MIN);
      // The two largest: a history shows at more than one quality, a chance at one.
      if (z > (first[w] as number)) {
        second[w] = first[w] as number;
        first[w] = z;
      } else if (z > (second[w] as number)) second[w] = z;
    }
  }
  for (const w of valid) scores[w] = ((first[w] as number) + (second[w] as number)) / 2;
  return result;
}

/** [window][quality]; the first entry of a window without texture is NaN. */
function dipsOfWindows(energy: Float32Array, qualities: number, cols: number, rows: number): Float32Array {
  const cellCols = Math.floor(cols / CELL_BLOCKS);
  const cellRows = Math.floor(rows / CELL_BLOCKS);
  const grid = windowGrid(cols, rows);
  const out = new Float32Array(grid.cols * grid.rows * qualities);
  const cells = new Float32Array(cellCols * cellRows);
  const logs = new Float32Array(out.length);
  for (let q = 0; q < qualities; q++) {
    const plane = energy.subarray(q * cols * rows, (q + 1) * cols * rows);
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
        logs[(y * grid.cols + x) * qualities + q] = Math.log(sum / 16 + FLOOR);
      }
    }
  }
  for (let w = 0; w < out.length; w += qualities) {
    for (let q = 1; q + 1 < qualities; q++) {
      out[w + q] = ((logs[w + q - 1] as number) + (logs[w + q + 1] as number)) / 2 - (logs[w + q] as number);
    }
    if ((logs[w] as number) < Math.log(TEXTURE_MIN)) out[w] = Number.NaN;
  }
  return out;
}
