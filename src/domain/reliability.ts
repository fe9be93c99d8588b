import type { Reliability, Stability } from './types.js';

const LEVELS = ['low', 'medium', 'high'] as const;

/** Below this side there is less than a sixteenth of a tile to look at. */
const TINY_PX = 64;

export interface ReliabilityInput {
  width: number;
  height: number;
  pages: number;
  tile: number;
  coverage: number;
}

/** What limits trust in the verdict, from measured quantities alone. It never changes the verdict. */
export function assessReliability({ width, height, pages, tile, coverage }: ReliabilityInput): Reliability {
  const reasons: string[] = [];
  let level = 2;
  const limit = (to: number, reason: string): void => {
    level = Math.min(level, to);
    reasons.push(reason);
  };
  const side = Math.min(width, height);
  if (side < TINY_PX) limit(0, `the image is tiny (${width}x${height} px)`);
  else if (side < tile) limit(1, `the image is smaller than one tile of ${tile} px (${width}x${height} px)`);
  if (coverage < 0.5) limit(1, `only ${Math.round(coverage * 100)} % of the picture was looked at`);
  if (pages > 1) limit(2, `only the first of ${pages} pages or frames was judged`);
  return { level: LEVELS[level] as Reliability['level'], reasons };
}

/** A probability so close to the threshold that small changes of the file can turn the verdict. */
export function nearThreshold(base: Reliability, probability: number, threshold: number): Reliability {
  if (Math.abs(probability - threshold) > 0.1) return base;
  return {
    level: base.level === 'high' ? 'medium' : base.level,
    reasons: [
      ...base.reasons,
      `the probability ${probability.toFixed(3)} is close to the threshold ${threshold}`,
    ],
  };
}

/**
 * Second looks that disagree leave one level less: such verdicts turn under a third and more of what the web does to
 * pictures, and are wrong hardly less often than a coin (models/training/EXPERIMENTS.md).
 */
export function unstable(base: Reliability, stability: Stability | null): Reliability {
  if (stability === null || stability.agree) return base;
  const { min, max } = stability;
  return {
    level: base.level === 'high' ? 'medium' : 'low',
    reasons: [
      ...base.reasons,
      `shrunk or saved again, the picture would get another verdict (probabilities ${min.toFixed(3)} to ${max.toFixed(3)})`,
    ],
  };
}

/** Reasons that leave at most medium trust: a file that contradicts itself, evidence that could not be looked at. */
export function limitedBy(base: Reliability, reasons: readonly string[]): Reliability {
  if (reasons.length === 0) return base;
  return { level: base.level === 'high' ? 'medium' : base.level, reasons: [...base.reasons, ...reasons] };
}
