import type { Measurements } from './kernels.js';
import type { LocalAnalysis } from './local-analysis.js';
import { median, quantile } from './order-statistics.js';
import type { ElaStatistics, NoiseStatistics } from './types.js';

export function elaStatistics(
  m: Measurements,
  local: LocalAnalysis,
  quality: number,
  pixels: number,
): ElaStatistics {
  let sum = 0;
  for (const blockSum of m.elaSums) sum += blockSum;
  return {
    quality,
    subsampling: m.subsampling,
    mean: sum / (3 * pixels),
    p95: quantile(local.elaLevels, 0.95),
    inconsistency: shareBeyond(local.ela.scores, 3),
  };
}

export function noiseStatistics(m: Measurements, local: LocalAnalysis, pixels: number): NoiseStatistics {
  const [sum, sum2, sum4] = m.residualSums as unknown as [number, number, number];
  const variance = sum2 / pixels - (sum / pixels) ** 2;
  return {
    sigma: median(m.noiseDeviation),
    // The residual of a median has a mean of almost 0, so its raw fourth moment is taken for the central one.
    kurtosis: variance > 0 ? sum4 / pixels / variance ** 2 - 3 : 0,
    inconsistency: shareBeyond(local.noise.residuals.map(Math.abs), 1),
  };
}

/** Of those that are not NaN. */
function shareBeyond(values: Float32Array, limit: number): number {
  let [judged, beyond] = [0, 0];
  for (const v of values) {
    if (Number.isNaN(v)) continue;
    judged++;
    if (v > limit) beyond++;
  }
  return judged === 0 ? 0 : beyond / judged;
}
