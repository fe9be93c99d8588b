/**
 * The tile plan: which squares of the upright image the network sees, at native resolution. The same size
 * always gives the same plan. An image is never resized, because resizing destroys what is looked for.
 */
export interface TilePlan {
  /** Left edges, ascending; the plan is every x with every y. */
  xs: number[];
  ys: number[];
  tile: number;
  /** Share of the image's area inside at least one tile, 0..1. */
  coverage: number;
}

export interface TilePlanRule {
  /** Side of a tile in pixels. */
  tile: number;
  /** Largest step between neighbours in pixels. */
  stride: number;
  maxTiles: number;
}

/**
 * An axis up to one tile has one tile (the packer reflects what is missing), up to two tiles two at both edges;
 * beyond, an even grid whose outer tiles touch the edges.
 */
function axisPositions(size: number, { tile, stride }: TilePlanRule): number[] {
  if (size <= tile) return [0];
  const count = Math.max(2, Math.ceil((size - tile) / stride) + 1);
  return Array.from({ length: count }, (_, i) => Math.round((i * (size - tile)) / (count - 1)));
}

/** k of the positions, each from the middle of its share, so that no part of the axis is favoured. */
function spread(positions: number[], k: number): number[] {
  const step = positions.length / k;
  return Array.from({ length: k }, (_, i) => positions[Math.floor((i + 0.5) * step)] as number);
}

/** The sub-grid within the budget that loses least: many tiles, thinned alike on both axes. */
function subGrid(nx: number, ny: number, budget: number): [number, number] {
  let best: [number, number] = [1, 1];
  let bestScore = 0;
  for (let kx = 1; kx <= Math.min(nx, budget); kx++) {
    const ky = Math.min(ny, Math.floor(budget / kx));
    const balance = nx / kx / (ny / ky);
    const score = kx * ky * Math.min(balance, 1 / balance);
    if (score > bestScore || (score === bestScore && kx * ky > best[0] * best[1])) {
      best = [kx, ky];
      bestScore = score;
    }
  }
  return best;
}

function coveredLength(positions: number[], tile: number, size: number): number {
  let covered = 0;
  let end = 0;
  for (const p of positions) {
    const stop = Math.min(p + tile, size);
    covered += stop - Math.max(p, end);
    end = stop;
  }
  return covered;
}

/** @param width,height pixels of the upright image, at least 1 */
export function planTiles(width: number, height: number, rule: TilePlanRule): TilePlan {
  let xs = axisPositions(width, rule);
  let ys = axisPositions(height, rule);
  if (xs.length * ys.length > rule.maxTiles) {
    const [kx, ky] = subGrid(xs.length, ys.length, rule.maxTiles);
    xs = spread(xs, kx);
    ys = spread(ys, ky);
  }
  const covered = coveredLength(xs, rule.tile, width) * coveredLength(ys, rule.tile, height);
  return { xs, ys, tile: rule.tile, coverage: covered / (width * height) };
}

/** x, y of each tile, row by row: the form the native batcher takes. */
export function tileOrigins(plan: TilePlan): Int32Array {
  const origins = new Int32Array(plan.xs.length * plan.ys.length * 2);
  let i = 0;
  for (const y of plan.ys) {
    for (const x of plan.xs) {
      origins[i++] = x;
      origins[i++] = y;
    }
  }
  return origins;
}
