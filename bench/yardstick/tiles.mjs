// Tile plan and packing, the plain way. The plan is that of docs/architecture.md: an axis up to one tile has one tile,
// reflected where pixels are missing; up to two tiles it has two at its edges; beyond, an even grid from edge to edge;
// over the budget an evenly spread sub-grid.

function edges(length, tile, stride) {
  if (length <= tile) return [0];
  const n = Math.max(2, 1 + Math.ceil((length - tile) / stride));
  const starts = [];
  for (let i = 0; i < n; i++) starts.push(Math.round(((length - tile) * i) / (n - 1)));
  return starts;
}

function thin(starts, keep) {
  const kept = [];
  for (let i = 0; i < keep; i++) kept.push(starts[Math.floor((i + 0.5) * (starts.length / keep))]);
  return kept;
}

/** @returns {{x: number, y: number}[]} row by row */
export function planTiles(width, height, { tile, stride, maxTiles }) {
  let columns = edges(width, tile, stride);
  let rows = edges(height, tile, stride);
  if (columns.length * rows.length > maxTiles) {
    let best = { score: -1, x: 1, y: 1 };
    for (let x = 1; x <= columns.length && x <= maxTiles; x++) {
      const y = Math.min(rows.length, Math.floor(maxTiles / x));
      const stretch = columns.length / x / (rows.length / y);
      const score = x * y * Math.min(stretch, 1 / stretch);
      const more = x * y > best.x * best.y;
      if (score > best.score || (score === best.score && more)) best = { score, x, y };
    }
    columns = thin(columns, best.x);
    rows = thin(rows, best.y);
  }
  return rows.flatMap((y) => columns.map((x) => ({ x, y })));
}

function reflected(i, n) {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const at = i % period;
  return at < n ? at : period - at;
}

/** Interleaved RGB bytes to planar float32 of one tile. */
export function packTile(rgb, width, height, { x, y }, { tile, scale, mean, std }, out, offset) {
  const plane = tile * tile;
  for (let row = 0; row < tile; row++) {
    const line = reflected(y + row, height) * width;
    for (let column = 0; column < tile; column++) {
      const from = (line + reflected(x + column, width)) * 3;
      const to = offset + row * tile + column;
      out[to] = (rgb[from] * scale - mean[0]) / std[0];
      out[to + plane] = (rgb[from + 1] * scale - mean[1]) / std[1];
      out[to + 2 * plane] = (rgb[from + 2] * scale - mean[2]) / std[2];
    }
  }
}
