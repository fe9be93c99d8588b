import { median } from './order-statistics.js';
import type { ResamplingTrace } from './types.js';

/** A longer axis is cut into pieces of this many pixels, whose magnitudes are averaged. */
const PIECE_MAX = 1024;
const PIECE_MIN = 128;
/** Below this times the median a maximum is chance. */
const SIGNIFICANCE_MIN = 6;
const NOTHING: ResamplingTrace = { frequency: 0, significance: 0, factors: [] };

/**
 * Period that interpolation left in the second differences along one axis: an enlargement by f makes them vary with
 * 1 / f cycles a pixel, folded to 0..0.5. Multiples of 1/8, which 8 x 8 compression leaves, are not looked at, so an
 * enlargement by 2, 4 or 8 is seen in the spectrum instead.
 * Source: A. Gallagher, Detection of linear and cubic interpolation in JPEG compressed images, CRV 2005.
 * @param sums one axis of the kernels' second differences
 */
export function resamplingTrace(sums: Uint32Array): ResamplingTrace {
  const inner = new Float64Array(Math.max(0, sums.length - 2));
  for (let i = 0; i < inner.length; i++) inner[i] = Math.log((sums[i + 1] as number) + 1);
  const length = 2 ** Math.floor(Math.log2(Math.min(PIECE_MAX, inner.length)));
  if (length < PIECE_MIN) return NOTHING;
  const magnitudes = new Float64Array(length / 2 + 1);
  const pieces = Math.floor((2 * inner.length) / length) - 1;
  for (let p = 0; p < pieces; p++) {
    const piece = highPassed(inner.subarray((p * length) / 2, (p * length) / 2 + length));
    const spectrum = magnitudeOf(piece);
    for (let k = 0; k < magnitudes.length; k++) {
      magnitudes[k] = (magnitudes[k] as number) + (spectrum[k] as number) / pieces;
    }
  }
  let best = NOTHING;
  const lowest = Math.ceil(length / 32);
  for (let k = lowest; k < length / 2; k++) {
    const nearGrid = Math.abs(k / (length / 8) - Math.round(k / (length / 8))) * (length / 8);
    if (nearGrid < 3) continue;
    const around = magnitudes.subarray(Math.max(lowest, k - 24), Math.min(length / 2, k + 25));
    if (!standsOut(magnitudes[k] as number, around)) continue;
    const significance = (magnitudes[k] as number) / (median(around) + 1e-9);
    if (significance > best.significance && significance >= SIGNIFICANCE_MIN) {
      best = { frequency: k / length, significance, factors: factorsOf(k / length) };
    }
  }
  return best;
}

/** Whether the median can be small enough, by counting; hardly any line needs it exactly. */
function standsOut(magnitude: number, around: Float64Array): boolean {
  let under = 0;
  for (let i = 0; i < around.length; i++) if ((around[i] as number) <= magnitude / SIGNIFICANCE_MIN) under++;
  return 2 * under >= around.length;
}

/** What enlargements up to 8 fold to this frequency. */
function factorsOf(frequency: number): number[] {
  return [1 / (1 - frequency), 1 / frequency].filter((f) => f > 1 && f <= 8).map((f) => Number(f.toFixed(3)));
}

/** Less its moving mean over 9 values, under a Hann window. */
function highPassed(values: Float64Array): Float64Array {
  return values.map((v, i) => {
    let sum = 0;
    let n = 0;
    for (let j = Math.max(0, i - 4); j <= Math.min(values.length - 1, i + 4); j++, n++)
      sum += values[j] as number;
    return (v - sum / n) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / values.length));
  });
}

/** |DFT| of a power of two of real values, frequencies 0..n/2. */
function magnitudeOf(values: Float64Array): Float64Array {
  const n = values.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const bits = Math.log2(n);
  for (let i = 0; i < n; i++) {
    let reversed = 0;
    for (let b = 0; b < bits; b++) if ((i >> b) & 1) reversed |= 1 << (bits - 1 - b);
    re[reversed] = values[i] as number;
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const c = Math.cos((-2 * Math.PI * k) / size);
      const s = Math.sin((-2 * Math.PI * k) / size);
      for (let at = k; at < n; at += size) {
        const other = at + half;
        const r = (re[other] as number) * c - (im[other] as number) * s;
        const i = (re[other] as number) * s + (im[other] as number) * c;
        re[other] = (re[at] as number) - r;
        im[other] = (im[at] as number) - i;
        re[at] = (re[at] as number) + r;
        im[at] = (im[at] as number) + i;
      }
    }
  }
  return Float64Array.from({ length: n / 2 + 1 }, (_, k) => Math.hypot(re[k] as number, im[k] as number));
}
