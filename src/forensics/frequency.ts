import type { Measurements } from './kernels.js';
import { centreAndSpread, median } from './order-statistics.js';
import type { FrequencyStatistics, SpectrumPeak } from './types.js';

const SIZE = 256;
const RINGS = 64;
const SECTORS = 12;
const DIRECTIONS = 8;
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
  const logs = logarithms(m.power);
  const significance = whitened(logs);
  const at = (fx: number, fy: number): number => valueAt(significance, fx, fy);
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
    anisotropy: anisotropyOf(logs),
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
function anisotropyOf(logs: Float64Array): number {
  directionTable ??= directions();
  const sums = new Float64Array(DIRECTIONS + 1);
  const counts = new Int32Array(DIRECTIONS + 1);
  for (let i = 0; i < logs.length; i++) {
    const direction = directionTable[i] as number;
    sums[direction] = (sums[direction] as number) + (logs[i] as number);
    counts[direction] = (counts[direction] as number) + 1;
  }
  const means = sums.subarray(0, DIRECTIONS).map((sum, i) => (sum * Math.LOG10E) / (counts[i] as number));
  return Math.max(...means) - Math.min(...means);
}

let directionTable: Uint8Array | undefined;

/** Of each place of the half plane; DIRECTIONS where its frequency is not looked at. */
function directions(): Uint8Array {
  return Uint8Array.from({ length: HALF }, (_, i) => {
    const x = signed(i % SIZE);
    const y = Math.floor(i / SIZE);
    const radius = Math.hypot(x, y) / SIZE;
    if (radius < 0.1 || radius > 0.4) return DIRECTIONS;
    return Math.min(DIRECTIONS - 1, Math.floor((DIRECTIONS * Math.atan2(y, x)) / Math.PI));
  });
}

/** Natural logarithms of the half plane fy >= 0; the other is the same. */
function logarithms(power: Float32Array): Float64Array {
  const logs = new Float64Array(HALF);
  for (let i = 0; i < HALF; i++) logs[i] = Math.log((power[i] as number) + 1e-6);
  return logs;
}

/** Logarithm of the power over the median of its ring and direction, in that sector's spreads. */
function whitened(logs: Float64Array): Float32Array {
  const { places, starts } = sectors();
  const out = new Float32Array(HALF);
  for (let sector = 0; sector + 1 < starts.length; sector++) {
    const from = starts[sector] as number;
    const to = starts[sector + 1] as number;
    const member = new Float64Array(to - from);
    for (let k = from; k < to; k++) member[k - from] = logs[places[k] as number] as number;
    const { centre, spread } = centreAndSpread(member);
    for (let k = from; k < to; k++) {
      const place = places[k] as number;
      out[place] = ((logs[place] as number) - centre) / Math.max(spread, SPREAD_MIN);
    }
  }
  return out;
}

/** Rows fy = 0 .. 128. */
const HALF = SIZE * (SIZE / 2 + 1);
/** Spreads below this, in the logarithm of power, are those of a synthetic picture. */
const SPREAD_MIN = 0.02;

interface Sectors {
  /** Places of the half plane, those of a sector side by side. */
  places: Int32Array;
  /** Where in `places` each sector begins; the last is the end. */
  starts: Int32Array;
}

let sectorTable: Sectors | undefined;

/** Rings of four frequencies and a twelfth of the half turn a sector; not those near zero frequency. */
function sectors(): Sectors {
  sectorTable ??= sortIntoSectors();
  return sectorTable;
}

function sortIntoSectors(): Sectors {
  const members: number[][] = Array.from({ length: (RINGS / 2) * SECTORS }, () => []);
  for (let i = 0; i < HALF; i++) {
    const x = signed(i % SIZE);
    const y = Math.floor(i / SIZE);
    const radius = Math.hypot(x, y);
    if (radius < 4) continue;
    // The corners beyond Nyquist's circle belong to the last ring.
    const ring = Math.min(RINGS / 2 - 1, Math.floor(radius / 4));
    const angle = (Math.atan2(y, x) + Math.PI) % Math.PI;
    members[ring * SECTORS + Math.min(SECTORS - 1, Math.floor((SECTORS * angle) / Math.PI))]?.push(i);
  }
  const starts = Int32Array.from({ length: members.length + 1 }, (_, sector) =>
    members.slice(0, sector).reduce((sum, member) => sum + member.length, 0),
  );
  return { places: Int32Array.from(members.flat()), starts };
}

/** Of the whole plane, by the symmetry of a real picture's power. */
function valueAt(half: Float32Array, x: number, y: number): number {
  const row = (y + SIZE) % SIZE;
  return row <= SIZE / 2
    ? (half[row * SIZE + ((x + SIZE) % SIZE)] as number)
    : (half[(SIZE - row) * SIZE + ((SIZE - x) % SIZE)] as number);
}

/** Local maxima in 5 x 5 of one half plane, the most significant first. */
function peaksOf(significance: Float32Array): SpectrumPeak[] {
  const peaks: SpectrumPeak[] = [];
  const at = (x: number, y: number): number => valueAt(significance, x, y);
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
