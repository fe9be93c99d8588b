import { centreAndSpread } from './order-statistics.js';
import { CELL_PX, type WindowGrid } from './regions.js';

export interface LocalGridInput {
  /** The kernels' `gridCells`. */
  cells: Float32Array;
  /** Of the picture. */
  width: number;
  height: number;
  /** Where the picture's own block grid lies, 0..7. */
  mainX: number;
  mainY: number;
}

export interface LocalGrid extends WindowGrid {
  /**
   * Per window how far the block grid that stands out most, the picture's own left out, lies above what the other
   * windows have there, in spreads: the lesser of both axes.
   */
  scores: Float32Array;
  /** That grid's offset as 8 x + y. */
  offsets: Uint8Array;
}

const PHASES = 8;
/** Contrasts of a phase that a window of 64 x 64 pixels sums along one axis. */
const BORDERS = 16;
/** Spreads below this are those of a flat picture. */
const SPREAD_MIN = 0.04;
const WINDOWS_MIN = 12;
const OWN_GRID_ALLOWANCE = 1.5;

/**
 * Looks in windows of 64 x 64 pixels for a block grid shifted along both axes against the picture's own, which a part
 * keeps that was cut out of another JPEG and pasted anywhere (49 of 64 places are). Null where there are too few
 * windows. Source of local block grids: W. Li, Y. Yuan, N. Yu, Signal Processing 89, 2009.
 */
export function localGrid({ cells, width, height, mainX, mainY }: LocalGridInput): LocalGrid | null {
  const cellCols = Math.floor(width / CELL_PX);
  const cellRows = Math.floor(height / CELL_PX);
  const grid = { cols: Math.max(0, cellCols - 1), rows: Math.max(0, cellRows - 1) };
  const windows = grid.cols * grid.rows;
  if (windows < WINDOWS_MIN) return null;
  const along = [0, 1].map((axis) => standardised(contrasts(cells, axis, cellCols, grid), windows));
  const [alongX, alongY] = along as [Float32Array, Float32Array];
  const scores = new Float32Array(windows);
  const offsets = new Uint8Array(windows);
  for (let w = 0; w < windows; w++) {
    const x = strongest(alongX, windows, w, mainX);
    const y = strongest(alongY, windows, w, mainY);
    // Along both axes: edges, scaling and coders' own filters leave periods along one.
    const foreign = Math.min(evidence(alongX, windows, w, mainX, x), evidence(alongY, windows, w, mainY, y));
    const own = ((alongX[mainX * windows + w] as number) + (alongY[mainY * windows + w] as number)) / 2;
    // Where the picture's own grid is as strong as everywhere, another one counts less.
    scores[w] = Math.min(foreign, OWN_GRID_ALLOWANCE + (foreign - own) / Math.SQRT2);
    offsets[w] = x * PHASES + y;
  }
  return { ...grid, scores, offsets };
}

/** [phase][window]: mean contrast at a phase's borders above that of all phases. */
function contrasts(
  cells: Float32Array,
  axis: number,
  cellCols: number,
  { cols, rows }: WindowGrid,
): Float32Array {
  const windows = cols * rows;
  const out = new Float32Array(PHASES * windows);
  for (let w = 0; w < windows; w++) {
    const first = (Math.floor(w / cols) * cellCols + (w % cols)) * 2 + axis;
    let mean = 0;
    for (let phase = 0; phase < PHASES; phase++) {
      let sum = 0;
      for (let y = 0; y < 2; y++)
        for (let x = 0; x < 2; x++) sum += cells[(first + 2 * (y * cellCols + x)) * PHASES + phase] as number;
      out[phase * windows + w] = sum / BORDERS;
      mean += sum / BORDERS / PHASES;
    }
    for (let phase = 0; phase < PHASES; phase++)
      out[phase * windows + w] = (out[phase * windows + w] as number) - mean;
  }
  return out;
}

/** Each phase in spreads of the whole picture. */
function standardised(values: Float32Array, windows: number): Float32Array {
  for (let phase = 0; phase < PHASES; phase++) {
    const plane = values.subarray(phase * windows, (phase + 1) * windows);
    const { centre, spread } = centreAndSpread(plane);
    for (let w = 0; w < windows; w++)
      plane[w] = ((plane[w] as number) - centre) / Math.max(spread, SPREAD_MIN);
  }
  return values;
}

/** The phase, other than the picture's own, that is strongest in a window. */
function strongest(z: Float32Array, windows: number, window: number, main: number): number {
  let best = main === 0 ? 1 : 0;
  for (let phase = best + 1; phase < PHASES; phase++) {
    if (phase === main) continue;
    if ((z[phase * windows + window] as number) > (z[best * windows + window] as number)) best = phase;
  }
  return best;
}

/**
 * How far a phase lies above the rest. A smooth block that keeps its lowest cosine alone bends most a quarter of a
 * block from both its ends, so what stands there counts only beyond what stands at the other end: a foreign grid
 * stands at one.
 */
function evidence(z: Float32Array, windows: number, window: number, main: number, phase: number): number {
  const value = z[phase * windows + window] as number;
  if (Math.abs(phase - main) % (PHASES / 2) !== PHASES / 4) return value;
  return value - Math.max(0, z[((phase + PHASES / 2) % PHASES) * windows + window] as number);
}
