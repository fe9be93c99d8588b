import type { Measurements } from './kernels.js';
import { centreAndSpread, median } from './order-statistics.js';
import type { FrequencyStatistics, SpectrumPeak } from './types.js';

const SIZE = 256;
const RINGS = 64;
const SECTORS = 12;
const PEAKS_MAX = 8;
/** Peaks nearer to zero frequency are the picture's own large shapes. */
const PEAK_RADIUS_MIN = 12;
/** Below this a local maximum is what averaging leaves. */
const PEAK_SIGNIFICANCE_MIN = 7;
/** Significance at which an up-sampling score is 1 - 1/e. */
const SCORE_SCALE = 12;

/** Null where a side is under 256 pixels. */
export function frequencyStatistics(m: Measurements): FrequencyStatistics | null {
  if (m.power.length === 0) return null;
  const significance = whitened(m.power);
  const at = (fx: number, fy: number): number =>
    significance[((fy + SIZE) % SIZE) * SIZE + ((fx + SIZE) % SIZE)] as number;
  const lattice = (period: number): number => {
    const step = SIZE / period;
    let largest = 0;
    for (let i = 0; i < period; i++) {
      for (let j = 0; j < period; j++) {
        // Those of a coarser lattice were judged there.
        if (i % 2 === 0 && j % 2 === 0) continue;
        largest = Math.max(largest, at(i * step, j * step));
      }
    }
    return 1 - Math.exp(-largest / SCORE_SCALE);
  };
  return {
    blockPx: SIZE,
    blocks: m.spectrumBlocks,
    slope: slopeOf(m.radial),
    anisotropy: anisotropyOf(m.power),
    upsampling: { half: lattice(2), quarter: lattice(4), eighth: lattice(8) },
    peaks: peaksOf(significance),
    radial: Array.from(m.radial),
  };
}

/** Exponent of power over frequency by Theil and Sen's median of slopes, without the lowest and highest rings. */
function slopeOf(radial: Float32Array): number {
  const points = Array.from({ length: 46 }, (_, i) => i + 2).map((ring) => ({
    x: Math.log10((ring + 0.5) / (2 * RINGS)),
    y: Math.log10((radial[ring] as number) + 1e-6),
  }));
  const slopes: number[] = [];
  points.forEach((a, i) => {
    for (const b of points.slice(i + 1)) slopes.push((b.y - a.y) / (b.x - a.x));
  });
  return median(slopes);
}

function signed(frequency: number): number {
  return frequency < SIZE / 2 ? frequency : frequency - SIZE;
}

/** Decades between the strongest and the weakest of eight directions, rings 0.1 to 0.4 cycles a pixel. */
function anisotropyOf(power: Float32Array): number {
  const sums = new Float64Array(8);
  const counts = new Int32Array(8);
  for (let i = 0; i < power.length; i++) {
    const x = signed(i % SIZE);
    const y = signed(Math.floor(i / SIZE));
    const radius = Math.hypot(x, y) / SIZE;
    if (y < 0 || radius < 0.1 || radius > 0.4) continue;
    const sector = Math.min(7, Math.floor((8 * Math.atan2(y, x)) / Math.PI));
    sums[sector] = (sums[sector] as number) + Math.log10((power[i] as number) + 1e-6);
    counts[sector] = (counts[sector] as number) + 1;
  }
  const means = sums.map((sum, i) => sum / Math.max(1, counts[i] as number));
  return Math.max(...means) - Math.min(...means);
}

/** Logarithm of the power over the median of its ring and direction, in that sector's spreads. */
function whitened(power: Float32Array): Float32Array {
  const sectorOf = sectors();
  const members: number[][] = Array.from({ length: (RINGS / 2) * SECTORS }, () => []);
  for (let i = 0; i < power.length; i++) {
    const sector = sectorOf[i] as number;
    if (sector >= 0) (members[sector] as number[]).push(i);
  }
  const out = new Float32Array(power.length);
  for (const member of members) {
    const logs = member.map((i) => Math.log((power[i] as number) + 1e-6));
    const { centre, spread } = centreAndSpread(logs);
    member.forEach((i, k) => {
      out[i] = ((logs[k] as number) - centre) / Math.max(spread, 0.02);
    });
  }
  return out;
}

let sectorTable: Int16Array | undefined;

/** Two rings and a twelfth of the half turn a sector; -1 near zero frequency and beyond Nyquist's circle. */
function sectors(): Int16Array {
  sectorTable ??= Int16Array.from({ length: SIZE * SIZE }, (_, i) => {
    const x = signed(i % SIZE);
    const y = signed(Math.floor(i / SIZE));
    const radius = Math.hypot(x, y);
    // The corners beyond Nyquist's circle belong to the last ring.
    const ring = Math.min(RINGS / 2 - 1, Math.floor(radius / 4));
    if (radius < 4) return -1;
    const angle = (Math.atan2(y, x) + Math.PI) % Math.PI;
    return ring * SECTORS + Math.min(SECTORS - 1, Math.floor((SECTORS * angle) / Math.PI));
  });
  return sectorTable;
}

/** Local maxima in 5 x 5 of one half plane, the most significant first. */
function peaksOf(significance: Float32Array): SpectrumPeak[] {
  const peaks: SpectrumPeak[] = [];
  const at = (x: number, y: number): number =>
    significance[((y + SIZE) % SIZE) * SIZE + ((x + SIZE) % SIZE)] as number;
  for (let y = 0; y <= SIZE / 2; y++) {
    for (let x = -SIZE / 2; x < SIZE / 2; x++) {
      const value = at(x, y);
      if (value < PEAK_SIGNIFICANCE_MIN || Math.hypot(x, y) < PEAK_RADIUS_MIN) continue;
      if ((y === 0 || y === SIZE / 2) && x < 0 && x > -SIZE / 2) continue;
      let isPeak = true;
      for (let dy = -2; dy <= 2 && isPeak; dy++) {
        for (let dx = -2; dx <= 2; dx++) if (at(x + dx, y + dy) > value) isPeak = false;
      }
      if (!isPeak) continue;
      const [fx, fy] = [x / SIZE, y / SIZE];
      peaks.push({ fx, fy, periodPx: 1 / Math.hypot(fx, fy), significance: value });
    }
  }
  return peaks.sort((a, b) => b.significance - a.significance).slice(0, PEAKS_MAX);
}
