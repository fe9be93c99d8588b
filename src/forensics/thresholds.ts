/**
 * From which score on a window belongs to an area, how many windows an area must have, and from which mean score an
 * area is of medium and of high severity. Chosen on the untouched photographs of the calibration set so that about
 * one in twenty has an area of medium severity of each kind and one in a hundred one of high; docs/forensics.md has
 * the measured rates.
 */
export interface AreaThresholds {
  window: number;
  windowsMin: number;
  medium: number;
  high: number;
}

export const GHOST_AREA: AreaThresholds = { window: 5, windowsMin: 6, medium: 5, high: 6.5 };
export const NOISE_AREA: AreaThresholds = { window: 4, windowsMin: 6, medium: 8, high: 12 };
export const ELA_AREA: AreaThresholds = { window: 4, windowsMin: 6, medium: 8, high: 14 };

/** Larger areas are no patch: the picture is of two kinds. */
export const AREA_SHARE_MAX = 0.6;

/** 0.5 at medium, 0.8 at high, towards 1 beyond. */
export function weightOf(score: number, { medium, high }: AreaThresholds): number {
  return score >= high ? 1 - (0.2 * high) / score : 0.5 + (0.3 * (score - medium)) / (high - medium);
}
