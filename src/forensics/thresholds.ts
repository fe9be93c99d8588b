/**
 * From which score on a window belongs to an area, and from which mean score an area is of medium and of high
 * severity. Chosen on untouched photographs, crops and whole ones, so that about one in twenty has an area of medium
 * severity of each kind and one in a hundred one of high; docs/forensics.md has the rates measured elsewhere.
 */
export interface AreaThresholds {
  window: number;
  medium: number;
  high: number;
  /** Fewer windows side by side are chance. */
  windowsMin: number;
}

export const GHOST_AREA: AreaThresholds = { window: 5, medium: 6, high: 7.5, windowsMin: 6 };
export const NOISE_AREA: AreaThresholds = { window: 4, medium: 9, high: 14, windowsMin: 6 };
export const ELA_AREA: AreaThresholds = { window: 4, medium: 11, high: 22, windowsMin: 6 };
/** Of the mean score times the root of the windows, since windows of a foreign grid agree on its offset too. */
export const GRID_AREA: AreaThresholds = { window: 2.5, medium: 6, high: 8.5, windowsMin: 4 };

/** A large picture has more chance. */
export const AREA_SHARE_MIN = 0.003;
/** Larger areas are no patch: the picture is of two kinds. */
export const AREA_SHARE_MAX = 0.6;

/** 0.5 at medium, 0.8 at high, towards 1 beyond. */
export function weightOf(score: number, { medium, high }: Pick<AreaThresholds, 'medium' | 'high'>): number {
  return score >= high ? 1 - (0.2 * high) / score : 0.5 + (0.3 * (score - medium)) / (high - medium);
}
