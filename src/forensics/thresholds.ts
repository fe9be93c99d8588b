/**
 * From which score on a window belongs to an area, and from which mean score an area is of medium and of high
 * severity. Chosen on untouched photographs so that less than one in twenty, whole or a crop, has an area of high
 * severity of any kind, and that budget goes where pasted parts are found; docs/forensics.md has the rates measured
 * elsewhere.
 */
export interface AreaThresholds {
  window: number;
  medium: number;
  high: number;
  /** Fewer windows side by side are chance. */
  windowsMin: number;
}

export const GRID_AREA: AreaThresholds = { window: 2.5, medium: 2.8, high: 3.2, windowsMin: 4 };
export const GHOST_AREA: AreaThresholds = { window: 5, medium: 6.5, high: 8.5, windowsMin: 6 };
export const NOISE_AREA: AreaThresholds = { window: 4, medium: 12, high: 20, windowsMin: 6 };
export const ELA_AREA: AreaThresholds = { window: 4, medium: 15, high: 45, windowsMin: 6 };

/** A large picture has more chance. */
export const AREA_SHARE_MIN = 0.003;
/** Larger areas are no patch: the picture is of two kinds. */
export const AREA_SHARE_MAX = 0.6;

/** 0.5 at medium, 0.8 at high, towards 1 beyond. */
export function weightOf(score: number, { medium, high }: AreaThresholds): number {
  return score >= high ? 1 - (0.2 * high) / score : 0.5 + (0.3 * (score - medium)) / (high - medium);
}
