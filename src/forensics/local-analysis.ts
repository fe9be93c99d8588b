import { GHOST_QUALITIES } from './jpeg-history.js';
import type { Measurements } from './kernels.js';
import { type LocalGhosts, localGhosts } from './local-ghosts.js';
import { type LocalGrid, localGrid } from './local-grid.js';
import { type LocalLevels, localLevels, windowQuantiles } from './local-levels.js';
import { BLOCK_PX, windowGrid } from './regions.js';

export interface LocalAnalysis {
  grid: LocalGrid | null;
  ghosts: LocalGhosts | null;
  noise: LocalLevels;
  ela: LocalLevels;
  /** Mean ELA level a block of 16 x 16, grey levels. */
  elaLevels: Float32Array;
}

/** Windows so dark or bright that noise was clipped away are not judged. */
const GREY_MIN = 12;
const GREY_MAX = 243;
/** Least spreads that are believed, in octaves. */
const NOISE_SPREAD_MIN = 0.15;
const ELA_SPREAD_MIN = 0.08;
/** Grey levels that keep the logarithm finite; quantisation alone leaves about this much. */
const LEVEL_FLOOR = 0.1;

export function analyseLocally(m: Measurements, width: number, height: number): LocalAnalysis {
  const cols = Math.ceil(width / BLOCK_PX);
  const rows = Math.ceil(height / BLOCK_PX);
  const grid = windowGrid(cols, rows);
  const plane = (values: ArrayLike<number>) => ({ values, cols, rows });
  const octaves = (v: number): number => Math.log2(v + LEVEL_FLOOR);
  const grey = windowQuantiles(plane(m.greyMean), 0.5);
  const elaLevels = m.elaSums.length === 0 ? new Float32Array(0) : levelsOf(m.elaSums, cols, width, height);
  const noise = windowQuantiles(plane(m.noiseDeviation), 0.25).map(octaves);
  return {
    grid: gridOf(m, width, height),
    ghosts: ghostsOf(m, width, height),
    noise: localLevels(
      noise,
      grey,
      (w) => (grey[w] as number) > GREY_MIN && (grey[w] as number) < GREY_MAX,
      grid,
      NOISE_SPREAD_MIN,
    ),
    ela: localLevels(
      windowQuantiles(plane(elaLevels), 0.25).map(octaves),
      noise,
      () => true,
      grid,
      ELA_SPREAD_MIN,
    ),
    elaLevels,
  };
}

function gridOf(m: Measurements, width: number, height: number): LocalGrid | null {
  const [mainX, mainY] = m.jpeg === null ? [m.gridX.offset, m.gridY.offset] : [m.ghostX, m.ghostY];
  return localGrid({ cells: m.gridCells, width, height, mainX, mainY });
}

function ghostsOf(m: Measurements, width: number, height: number): LocalGhosts | null {
  if (m.ghostEnergy.length === 0) return null;
  return localGhosts({
    energy: m.ghostEnergy,
    qualities: GHOST_QUALITIES.length,
    width: Math.floor((width - m.ghostX) / 8) * 8,
    height: Math.floor((height - m.ghostY) / 8) * 8,
  });
}

function levelsOf(sums: Uint32Array, cols: number, width: number, height: number): Float32Array {
  const levels = new Float32Array(sums.length);
  for (let top = 0, i = 0; top < height; top += BLOCK_PX) {
    const rows = Math.min(BLOCK_PX, height - top);
    for (let x = 0; x < cols; x++, i++)
      levels[i] = (sums[i] as number) / (3 * Math.min(BLOCK_PX, width - x * BLOCK_PX) * rows);
  }
  return levels;
}
