import type { TilePlan } from './tiles.js';
import type { Stability } from './types.js';

/**
 * Second looks: where the network is in doubt, parts of the picture are treated as the web treats pictures and scored
 * once more. A verdict that turns is worth less, and the answer says so; it never becomes another verdict.
 */

/** Calibrated probabilities, both included, between which a second look is worth its time. */
const DOUBT = { from: 0.25, to: 0.85 };

/**
 * `shrink`: a square of twice a tile's side at half the size; `save`: a tile's square as JPEG. The first finds most verdicts
 * that turn, the second a third more (`python -m detector looks`); each costs one tile a window.
 */
export const LOOKS = ['shrink', 'save'] as const;
export type Look = (typeof LOOKS)[number];

/** A part of the upright picture in pixels, and the tiles of the first look that speak of it. */
export interface LookWindow {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Indices of `tileOrigins(plan)`. */
  tiles: number[];
}

export function isInDoubt(probability: number): boolean {
  return probability >= DOUBT.from && probability <= DOUBT.to;
}

/**
 * `count` windows of `side` pixels that begin at tiles spread evenly over the plan, fewer where there are fewer tiles; as
 * long as the axis where that is shorter, and moved back where they would reach over the edge. Each comes with the tiles
 * that lie inside, the one it began at among them.
 */
export function lookWindows(
  { width, height }: { width: number; height: number },
  { xs, ys, tile }: TilePlan,
  side: number,
  count: number,
): LookWindow[] {
  const [w, h] = [Math.min(side, width), Math.min(side, height)];
  const [tileWidth, tileHeight] = [Math.min(tile, width), Math.min(tile, height)];
  const origins = ys.flatMap((y) => xs.map((x) => ({ x, y })));
  const windows = Math.min(count, origins.length);
  return Array.from({ length: windows }, (_, i) => {
    const begin = origins[Math.floor(((i + 0.5) * origins.length) / windows)] as (typeof origins)[0];
    const [x, y] = [Math.min(begin.x, width - w), Math.min(begin.y, height - h)];
    const tiles = origins.flatMap((o, t) =>
      o.x >= x && o.x + tileWidth <= x + w && o.y >= y && o.y + tileHeight <= y + h ? [t] : [],
    );
    return { x, y, width: w, height: h, tiles };
  });
}

/** Null where no second look was taken. */
export function assessStability(first: number, seconds: number[], threshold: number): Stability | null {
  if (seconds.length === 0) return null;
  const min = Math.min(first, ...seconds);
  const max = Math.max(first, ...seconds);
  return { looks: seconds.length, min, max, agree: min >= threshold === max >= threshold };
}
