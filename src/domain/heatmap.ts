import { calibrate } from './calibration.js';
import type { ModelManifest } from './model.js';
import type { TilePlan } from './tiles.js';
import type { HeatmapGrid, Region } from './types.js';

/** Finer cells than this carry more noise than place, and make answers long; the contract's bound is 4096. */
const CELLS_MAX = 1024;

/** Side of a cell: the patch, doubled until the grid has few enough cells. */
export function cellSize(width: number, height: number, patchPx: number): number {
  let cell = patchPx;
  while (Math.ceil(width / cell) * Math.ceil(height / cell) > CELLS_MAX) cell *= 2;
  return cell;
}

/**
 * Per-cell AI probability: the patch logits that overlap a cell, weighted by the area they share with it inside
 * the image, averaged, then calibrated like the image's own score. Cells that no tile touched are null.
 *
 * @param patchLogits tiles x patchRows x patchCols, in the order of `tileOrigins(plan)`
 */
export function heatmapGrid(
  width: number,
  height: number,
  plan: TilePlan,
  patches: { logits: Float32Array; rows: number; cols: number },
  calibration: ModelManifest['calibration'],
): HeatmapGrid {
  const patchPx = plan.tile / patches.rows;
  const cellPx = cellSize(width, height, patchPx);
  const rows = Math.ceil(height / cellPx);
  const cols = Math.ceil(width / cellPx);
  const sums = new Float64Array(rows * cols);
  const areas = new Float64Array(rows * cols);
  let at = 0;
  for (const tileY of plan.ys) {
    for (const tileX of plan.xs) {
      for (let pr = 0; pr < patches.rows; pr++) {
        for (let pc = 0; pc < patches.cols; pc++, at++) {
          const x0 = tileX + pc * patchPx;
          const y0 = tileY + pr * patchPx;
          const x1 = Math.min(x0 + patchPx, width);
          const y1 = Math.min(y0 + patchPx, height);
          // Patches of the reflected margin lie outside: they repeat what is inside and are not shown.
          if (x0 >= x1 || y0 >= y1) continue;
          const logit = patches.logits[at] as number;
          for (let r = Math.floor(y0 / cellPx); r * cellPx < y1; r++) {
            const overlapY = Math.min(y1, (r + 1) * cellPx) - Math.max(y0, r * cellPx);
            for (let c = Math.floor(x0 / cellPx); c * cellPx < x1; c++) {
              const area = overlapY * (Math.min(x1, (c + 1) * cellPx) - Math.max(x0, c * cellPx));
              const cell = r * cols + c;
              sums[cell] = (sums[cell] as number) + area * logit;
              areas[cell] = (areas[cell] as number) + area;
            }
          }
        }
      }
    }
  }
  const values = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: cols }, (_, c) => {
      const area = areas[r * cols + c] as number;
      return area === 0 ? null : calibrate((sums[r * cols + c] as number) / area, calibration);
    }),
  );
  return { rows, cols, cellPx, coverage: plan.coverage, values };
}

/**
 * Areas of edge-connected cells at or over the threshold, as bounding boxes in pixels of the upright image,
 * largest area first. The score is the mean over the area's cells.
 */
export function findRegions(grid: HeatmapGrid, threshold: number, width: number, height: number): Region[] {
  const { rows, cols, cellPx, values } = grid;
  const seen = new Uint8Array(rows * cols);
  const found: { region: Region; cells: number }[] = [];
  const over = (r: number, c: number): boolean => {
    const value = values[r]?.[c];
    return value !== undefined && value !== null && value >= threshold;
  };
  for (let start = 0; start < rows * cols; start++) {
    if (seen[start] || !over(Math.floor(start / cols), start % cols)) continue;
    seen[start] = 1;
    const stack = [start];
    let [top, left, bottom, right, sum, cells] = [rows, cols, 0, 0, 0, 0];
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      const r = Math.floor(cell / cols);
      const c = cell % cols;
      top = Math.min(top, r);
      bottom = Math.max(bottom, r + 1);
      left = Math.min(left, c);
      right = Math.max(right, c + 1);
      sum += values[r]?.[c] as number;
      cells++;
      for (const [nr, nc] of [
        [r - 1, c],
        [r + 1, c],
        [r, c - 1],
        [r, c + 1],
      ] as const) {
        const next = nr * cols + nc;
        if (nr < 0 || nc < 0 || nr >= rows || nc >= cols || seen[next] || !over(nr, nc)) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    const x = left * cellPx;
    const y = top * cellPx;
    const region = {
      x,
      y,
      width: Math.min(right * cellPx, width) - x,
      height: Math.min(bottom * cellPx, height) - y,
      score: sum / cells,
    };
    found.push({ region, cells });
  }
  return found.sort((a, b) => b.cells - a.cells || b.region.score - a.region.score).map((f) => f.region);
}
