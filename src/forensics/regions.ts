import type { Box } from './types.js';

/** Windows of 64 pixels in steps of 32: small enough to find a pasted face, large enough for statistics. */
export const CELL_BLOCKS = 2;
export const BLOCK_PX = 16;
export const CELL_PX = CELL_BLOCKS * BLOCK_PX;

export interface WindowGrid {
  /** Windows of 2 x 2 cells, one a cell of 32 pixels to the right and down. */
  cols: number;
  rows: number;
}

export interface FlaggedArea {
  /** Pixels of the upright image. */
  region: Box;
  windows: number;
  /** Mean score of its windows. */
  score: number;
}

export function windowGrid(blockCols: number, blockRows: number): WindowGrid {
  const cells = (blocks: number): number => Math.floor(blocks / CELL_BLOCKS);
  return { cols: Math.max(0, cells(blockCols) - 1), rows: Math.max(0, cells(blockRows) - 1) };
}

/**
 * Connected windows (side by side) whose score reaches `threshold`, the strongest area first.
 * @param scores a score a window, row-major; NaN where a window says nothing.
 * @param kinds where given, only windows of one kind are connected.
 */
export function connectedAreas(
  scores: Float32Array,
  { cols, rows }: WindowGrid,
  threshold: number,
  image: { width: number; height: number },
  kinds?: Uint8Array,
): FlaggedArea[] {
  const seen = new Uint8Array(cols * rows);
  const areas: FlaggedArea[] = [];
  const stack: number[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || !((scores[start] as number) >= threshold)) continue;
    let [left, right, top, bottom, windows, sum] = [cols, 0, rows, 0, 0, 0];
    seen[start] = 1;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop() as number;
      const x = at % cols;
      const y = (at - x) / cols;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      windows++;
      sum += scores[at] as number;
      const visit = (next: number): void => {
        if (seen[next] === 1 || !((scores[next] as number) >= threshold)) return;
        if (kinds !== undefined && kinds[next] !== kinds[start]) return;
        seen[next] = 1;
        stack.push(next);
      };
      if (x > 0) visit(at - 1);
      if (x + 1 < cols) visit(at + 1);
      if (y > 0) visit(at - cols);
      if (y + 1 < rows) visit(at + cols);
    }
    const x = left * CELL_PX;
    const y = top * CELL_PX;
    const region = {
      x,
      y,
      width: Math.min(image.width, (right + 2) * CELL_PX) - x,
      height: Math.min(image.height, (bottom + 2) * CELL_PX) - y,
    };
    areas.push({ region, windows, score: sum / windows });
  }
  return areas.sort((a, b) => b.windows * b.score - a.windows * a.score);
}
