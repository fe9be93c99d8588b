import { centreAndSpread, median, select } from './order-statistics.js';
import { CELL_BLOCKS, type WindowGrid, windowGrid } from './regions.js';

export interface BlockPlane {
  /** A value a block of 16 x 16 pixels, row-major. */
  values: ArrayLike<number>;
  cols: number;
  rows: number;
}

const WINDOW_BLOCKS = 2 * CELL_BLOCKS;

/** One value a window: the `share`-quantile of its 16 blocks. */
export function windowQuantiles({ values, cols, rows }: BlockPlane, share: number): Float32Array {
  const grid = windowGrid(cols, rows);
  const out = new Float32Array(grid.cols * grid.rows);
  const inside = new Float64Array(WINDOW_BLOCKS * WINDOW_BLOCKS);
  const place = Math.min(inside.length - 1, Math.floor(share * inside.length));
  for (let w = 0; w < out.length; w++) {
    const left = (w % grid.cols) * CELL_BLOCKS;
    const top = Math.floor(w / grid.cols) * CELL_BLOCKS;
    for (let i = 0; i < inside.length; i++) {
      inside[i] = values[(top + Math.floor(i / WINDOW_BLOCKS)) * cols + left + (i % WINDOW_BLOCKS)] as number;
    }
    out[w] = select(inside, place);
  }
  return out;
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
  const judged = Array.from(level.keys()).filter(isJudged);
  const result = { ...grid, scores, residuals };
  if (judged.length < WINDOWS_MIN) return result;
  judged.sort((a, b) => (covariate[a] as number) - (covariate[b] as number));
  const bins = Math.max(1, Math.min(BINS_MAX, Math.floor(judged.length / WINDOWS_A_BIN)));
  const knots = Array.from({ length: bins }, (_, b) => {
    const part = judged.slice(
      Math.floor((b * judged.length) / bins),
      Math.floor(((b + 1) * judged.length) / bins),
    );
    return {
      at: median(part.map((w) => covariate[w] as number)),
      level: median(part.map((w) => level[w] as number)),
    };
  });
  for (const w of judged) residuals[w] = (level[w] as number) - interpolate(knots, covariate[w] as number);
  const { centre, spread } = centreAndSpread(judged.map((w) => residuals[w] as number));
  for (const w of judged) {
    scores[w] = Math.abs((residuals[w] as number) - centre) / Math.max(spread, spreadMin);
  }
  return result;
}

function interpolate(knots: { at: number; level: number }[], x: number): number {
  const after = knots.findIndex((k) => k.at >= x);
  const [first, last] = [knots[0], knots.at(-1)] as [
    { at: number; level: number },
    { at: number; level: number },
  ];
  if (after === 0) return first.level;
  if (after < 0) return last.level;
  const [a, b] = [knots[after - 1], knots[after]] as [typeof first, typeof first];
  return b.at === a.at ? b.level : a.level + ((b.level - a.level) * (x - a.at)) / (b.at - a.at);
}
