import { GRID_SIGNIFICANCE } from './jpeg-history.js';
import type { LocalAnalysis } from './local-analysis.js';
import { connectedAreas, type FlaggedArea, type WindowGrid } from './regions.js';
import {
  AREA_SHARE_MAX,
  AREA_SHARE_MIN,
  type AreaThresholds,
  ELA_AREA,
  GHOST_AREA,
  GRID_AREA,
  NOISE_AREA,
  weightOf,
} from './thresholds.js';
import type { ForensicFinding, ForensicMeasures, Severity } from './types.js';

/** A first saving this much coarser than the last one is told. */
const REQUANTISED_MIN = 4;
const AREAS_MAX = 3;

interface Extent {
  width: number;
  height: number;
  /** Where the ghosts' grid begins. */
  ghostX: number;
  ghostY: number;
}

/** One way to tell areas from the rest of the picture. */
interface AreaKind {
  code: string;
  message: string;
  /** Null: not judged. */
  found: { scores: Float32Array; grid: WindowGrid; kinds?: Uint8Array } | null;
  thresholds: AreaThresholds;
  /** Of the windows' origin in the picture. */
  offset: { x: number; y: number };
}

type Figures = Pick<ForensicMeasures, 'frequency' | 'resampling' | 'jpeg'>;

/** Sentences out of figures, the weightiest first; each says what else would explain it. */
export function findingsOf(figures: Figures, local: LocalAnalysis, extent: Extent): ForensicFinding[] {
  const findings = [
    ...areaFindings(local, extent),
    ...historyFindings(figures.jpeg, extent),
    ...resamplingFindings(figures),
  ];
  return findings.sort((a, b) => b.weight - a.weight);
}

/** The weightiest finding's weight, 0..1. */
export function manipulationScore(findings: ForensicFinding[]): number {
  return findings.reduce((most, { weight }) => Math.max(most, weight), 0);
}

function areaFindings({ ghosts, noise, ela, grid }: LocalAnalysis, extent: Extent): ForensicFinding[] {
  const kinds: AreaKind[] = [
    {
      code: 'block_grid_mismatch',
      found: grid && { scores: grid.scores, grid, kinds: grid.offsets },
      thresholds: GRID_AREA,
      offset: { x: 0, y: 0 },
      message:
        'The 8 x 8 blocks of an earlier JPEG compression lie elsewhere in this area than in the rest of the picture, as in a part that was cut out of another JPEG. Fine regular patterns and collages do the same.',
    },
    {
      code: 'compression_mismatch',
      found: ghosts && { scores: ghosts.scores, grid: ghosts },
      thresholds: GHOST_AREA,
      offset: { x: extent.ghostX, y: extent.ghostY },
      message:
        'This area has another JPEG history than the rest of the picture, as a pasted or repainted part has. Text, line drawings and strongly blurred parts can look alike.',
    },
    {
      code: 'noise_mismatch',
      found: { scores: noise.scores, grid: noise },
      thresholds: NOISE_AREA,
      offset: { x: 0, y: 0 },
      message:
        'The noise of this area does not fit that of the rest at the same brightness, as in a pasted, retouched or smoothed part. Fine texture and strong blur by the lens do the same.',
    },
    {
      code: 'error_level_mismatch',
      found: { scores: ela.scores, grid: ela },
      thresholds: ELA_AREA,
      offset: { x: 0, y: 0 },
      message:
        'Compressing the picture again changes this area otherwise than areas of the same texture, as a part saved fewer or more times does. Saturated colours and lettering do the same.',
    },
  ];
  return kinds.flatMap((kind) =>
    areasOf(kind, extent).map(({ region, score }) => {
      const { code, message, thresholds, offset } = kind;
      return {
        code,
        severity: (score >= thresholds.high ? 'high' : 'medium') as Severity,
        message,
        region: {
          x: region.x + offset.x,
          y: region.y + offset.y,
          width: Math.min(region.width, extent.width - region.x - offset.x),
          height: Math.min(region.height, extent.height - region.y - offset.y),
        },
        weight: weightOf(score, thresholds),
      };
    }),
  );
}

function areasOf({ found, thresholds: t }: AreaKind, extent: Extent): FlaggedArea[] {
  if (found === null) return [];
  const judged = found.scores.reduce((n, score) => (Number.isNaN(score) ? n : n + 1), 0);
  const windowsMin = Math.max(t.windowsMin, AREA_SHARE_MIN * judged);
  return connectedAreas(found.scores, found.grid, t.window, extent, found.kinds)
    .filter(
      ({ windows, score }) =>
        windows >= windowsMin && score >= t.medium && windows <= AREA_SHARE_MAX * judged,
    )
    .slice(0, AREAS_MAX);
}

function historyFindings(jpeg: Figures['jpeg'], { ghostX, ghostY }: Extent): ForensicFinding[] {
  if (jpeg === null) return [];
  const findings: ForensicFinding[] = [];
  const { firstQuality, quality, grid } = jpeg;
  if (jpeg.source === 'pixels') {
    findings.push({
      code: 'jpeg_before',
      severity: 'low',
      message: `The pixels were a JPEG of quality about ${firstQuality} before they were stored in this format. Converting a file does that.`,
      weight: 0.1,
    });
  } else if (firstQuality !== null && quality !== null && firstQuality <= quality - REQUANTISED_MIN) {
    findings.push({
      code: 'saved_again',
      severity: 'low',
      message: `The picture was saved as JPEG of quality about ${firstQuality} before it was saved at ${quality}. Editing does that, and so does every upload to a website.`,
      weight: 0.2,
    });
  }
  const moved = grid.x !== ghostX || grid.y !== ghostY;
  if (jpeg.source === 'file' && moved && grid.significance >= GRID_SIGNIFICANCE) {
    findings.push({
      code: 'grid_moved',
      severity: 'low',
      message: `The blocks of an earlier JPEG compression begin at (${grid.x}, ${grid.y}) instead of the file's own grid: the picture was cropped or pasted after it. Cropping is no falsification by itself.`,
      weight: 0.3,
    });
  }
  return findings;
}

function resamplingFindings({ resampling: { x, y }, frequency }: Figures): ForensicFinding[] {
  const trace = x.significance >= y.significance ? x : y;
  if (trace.significance > 0) {
    return [
      {
        code: 'resampled',
        severity: 'low',
        message: `The pixels were interpolated: their second differences have a period of ${(1 / trace.frequency).toFixed(2)} pixels, as after an enlargement by ${trace.factors.join(' or ')}. Digital zoom, rotation and lens correction in the camera do the same.`,
        weight: 0.25,
      },
    ];
  }
  if (frequency !== null && frequency.upsampling.half >= UPSAMPLING_TOLD) {
    return [
      {
        code: 'upsampled',
        severity: 'low',
        message:
          'The spectrum has peaks at half the sampling rate, as after an enlargement by a whole factor and in the output of some generators. Repeating patterns and sensor defects can do the same.',
        weight: 0.25,
      },
    ];
  }
  return [];
}

/** About 18 standard errors. */
const UPSAMPLING_TOLD = 0.78;
