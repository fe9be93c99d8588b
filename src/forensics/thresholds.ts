/**
 * From which score on a window belongs to an area, and from which mean score an area is of medium and of high
 * severity. Chosen on untouched photographs, crops and whole ones, so that about one in twenty has an area of medium
 * severity of each kind and one in a hundred one of high; docs/forensics.md has the rates measured elsewhere.
 */
export interface AreaThresholds {
  window: number;
  medium: number;
  high: number;
}

export const GHOST_AREA: AreaThresholds = { window: 5, medium: 6, high: 7.5 };
export const NOISE_AREA: AreaThresholds = { window: 4, medium: 9, high: 14 };
export const ELA_AREA: AreaThresholds = { window: 4, medium: 11, high: 22 };

/** Fewer windows side by side are chance; a large picture has more of it. */
export const AREA_WINDOWS_MIN = 6;
export const AREA_SHARE_MIN = 0.003;
/** Larger areas are no patch: the picture is of two kinds. */
export const AREA_SHARE_MAX = 0.6;

/** 0.5 at medium, 0.8 at high, towards 1 beyond. */
export function weightOf(score: number, { medium, high }: AreaThresholds): number {
  return score >= high ? 1 - (0.2 * high) / score : 0.5 + (0.3 * (score - medium)) / (high - medium);
}
