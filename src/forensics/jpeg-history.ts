import type { Measurements } from './kernels.js';
import { median } from './order-statistics.js';
import type { JpegStatistics } from './types.js';

/** Qualities of the ghosts' map and of their finer curve. */
export const GHOST_QUALITIES = Uint8Array.from({ length: 25 }, (_, i) => 50 + 2 * i);
export const CURVE_QUALITIES = Uint8Array.from({ length: 50 }, (_, i) => 50 + i);

/** Natural logarithm by which a minimum lies below both its sides, to be one. */
const DEPTH_MIN = 0.5;
const SIDE_QUALITIES = 8;
/** Keeps logarithms finite; under the rounding noise of a decoder. */
const FLOOR = 0.02;
/** Both axes must reach this to speak of a grid in the pixels. */
export const GRID_SIGNIFICANCE = 6;

/** Null where neither the file nor its pixels know of JPEG, or where no whole 8 x 8 block fits. */
export function jpegStatistics(m: Measurements): JpegStatistics | null {
  const significance = Math.min(m.gridX.significance, m.gridY.significance);
  const minima = ghostMinima(m.ghostCurve, CURVE_QUALITIES);
  const inPixels = significance >= GRID_SIGNIFICANCE && minima.length > 0;
  if (m.ghostCurve.length === 0 || (m.jpeg === null && !inPixels)) return null;
  const luma = m.jpeg?.luma ?? null;
  return {
    source: m.jpeg === null ? 'pixels' : 'file',
    quality: luma?.quality ?? null,
    standardTables: luma === null ? null : luma.distance === 0,
    lumaTable: luma === null ? null : Array.from(luma.steps),
    chromaTable: m.jpeg?.chroma == null ? null : Array.from(m.jpeg.chroma.steps),
    sampling: m.jpeg?.sampling ?? null,
    progressive: m.jpeg?.progressive ?? null,
    ghostMinima: minima,
    ghosts: Array.from(CURVE_QUALITIES, (quality, i) => ({ quality, error: m.ghostCurve[i] as number })),
    firstQuality: minima[0]?.quality ?? null,
    doubleCompression: luma === null ? null : doubleCompression(m.histograms, luma.steps),
    grid: { x: m.gridX.offset, y: m.gridY.offset, significance },
  };
}

/**
 * Where requantising changes least: the qualities at which the picture was saved, and those whose steps divide them.
 * The coarsest comes first, which is the first saving unless a later one was coarser still.
 */
export function ghostMinima(
  curve: Float64Array,
  qualities: Uint8Array,
): { quality: number; depth: number }[] {
  const logs = curve.map((v) => Math.log(v + FLOOR));
  const minima: { quality: number; depth: number }[] = [];
  for (let i = 1; i + 1 < logs.length; i++) {
    const here = logs[i] as number;
    if (!(here < (logs[i - 1] as number) && here <= (logs[i + 1] as number))) continue;
    const left = Math.max(...logs.subarray(Math.max(0, i - SIDE_QUALITIES), i)) - here;
    const right = Math.max(...logs.subarray(i + 1, i + 1 + SIDE_QUALITIES)) - here;
    const depth = Math.min(left, right);
    if (depth >= DEPTH_MIN) minima.push({ quality: qualities[i] as number, depth });
  }
  return minima;
}

const MODES = 9;
const BINS = 2048;
/** Zigzag 1..9 in a row-major block. */
const PLACES = [1, 8, 16, 9, 2, 3, 10, 17, 24] as const;
const LEVELS = 64;
/** Fewer coefficients other than 0 say nothing. */
const NONZERO_MIN = 400;

/**
 * Periodicity of the histograms of quantised coefficients, the strongest mode's: largest line of the histogram's
 * Fourier transform above its median, as a share of the coefficients that are not 0. Once quantised it is a smooth
 * peak; quantised twice with different steps it has a period. Source: A. Popescu and H. Farid, IH 2004.
 */
export function doubleCompression(histograms: Uint32Array, steps: Uint16Array): number {
  let strongest = 0;
  for (let mode = 0; mode < MODES; mode++) {
    const step = steps[PLACES[mode] as number] as number;
    if (step < 1) continue;
    const levels = new Float64Array(LEVELS);
    let nonzero = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const level = Math.round((bin - BINS / 2) / step);
      if (level === 0 || Math.abs(level) >= LEVELS / 2) continue;
      const count = histograms[mode * BINS + bin] as number;
      levels[level + LEVELS / 2] = (levels[level + LEVELS / 2] as number) + count;
      nonzero += count;
    }
    if (nonzero < NONZERO_MIN) continue;
    levels[LEVELS / 2] = ((levels[LEVELS / 2 - 1] as number) + (levels[LEVELS / 2 + 1] as number)) / 2;
    const lines = Array.from({ length: LEVELS / 2 - 7 }, (_, i) => lineOf(levels, i + 8));
    strongest = Math.max(strongest, (Math.max(...lines) - median(lines)) / nonzero);
  }
  return Math.min(1, strongest);
}

function lineOf(values: Float64Array, k: number): number {
  let [re, im] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const angle = (2 * Math.PI * k * i) / values.length;
    re += (values[i] as number) * Math.cos(angle);
    im += (values[i] as number) * Math.sin(angle);
  }
  return Math.hypot(re, im);
}
