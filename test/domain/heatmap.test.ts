import fc from 'fast-check';
import { test } from 'tap';
import { calibrate } from '../../src/domain/calibration.js';
import { cellSize, findRegions, heatmapGrid } from '../../src/domain/heatmap.js';
import { planTiles } from '../../src/domain/tiles.js';
import type { HeatmapGrid } from '../../src/domain/types.js';

const rule = { tile: 256, stride: 256, maxTiles: 24 };
const calibration = { method: 'platt', a: 1, b: 0 } as const;

test('cells are patches, doubled until there are few enough', async (t) => {
  t.equal(cellSize(512, 512, 16), 16);
  t.equal(cellSize(513, 512, 16), 32);
  t.equal(cellSize(4000, 3000, 16), 128);
});

/** The slow way: every pixel asks every tile for its patch. */
function gridByPixel(width: number, height: number, logits: Float32Array): (number | null)[][] {
  const plan = planTiles(width, height, rule);
  const cell = cellSize(width, height, 16);
  const sums = new Map<number, [number, number]>();
  const cols = Math.ceil(width / cell);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      plan.ys.forEach((ty, j) => {
        plan.xs.forEach((tx, i) => {
          if (x < tx || x >= tx + 256 || y < ty || y >= ty + 256) return;
          const tile = j * plan.xs.length + i;
          const logit = logits[
            tile * 256 + Math.floor((y - ty) / 16) * 16 + Math.floor((x - tx) / 16)
          ] as number;
          const key = Math.floor(y / cell) * cols + Math.floor(x / cell);
          const [sum, n] = sums.get(key) ?? [0, 0];
          sums.set(key, [sum + logit, n + 1]);
        });
      });
    }
  }
  return Array.from({ length: Math.ceil(height / cell) }, (_, r) =>
    Array.from({ length: cols }, (_, c) => {
      const entry = sums.get(r * cols + c);
      return entry === undefined ? null : calibrate(entry[0] / entry[1], calibration);
    }),
  );
}

test('the grid equals the count pixel by pixel, overlaps, edges and gaps included', async (t) => {
  for (const [width, height] of [
    [100, 300],
    [400, 300],
    [530, 257],
    [3000, 200],
  ] as const) {
    const plan = planTiles(width, height, rule);
    const logits = Float32Array.from(
      { length: plan.xs.length * plan.ys.length * 256 },
      (_, i) => Math.sin(i * 12.9898) * 3,
    );
    const grid = heatmapGrid(width, height, plan, { logits, rows: 16, cols: 16 }, calibration);
    const expected = gridByPixel(width, height, logits);
    t.equal(grid.values.length, expected.length);
    let worst = 0;
    expected.forEach((row, r) => {
      row.forEach((value, c) => {
        const got = grid.values[r]?.[c];
        if (value === null || got === null || got === undefined)
          t.equal(got, value, `${width}x${height} ${r},${c}`);
        else worst = Math.max(worst, Math.abs(got - value));
      });
    });
    t.ok(worst < 1e-9, `${width}x${height}: ${worst}`);
  }
});

test('regions are connected by edges, boxed inside the image, largest first', async (t) => {
  const values = [
    [0.9, 0.1, 0.8],
    [0.9, 0.1, 0.1],
    [0.9, null, 0.6],
  ];
  const grid: HeatmapGrid = { rows: 3, cols: 3, cellPx: 10, coverage: 1, values };
  const regions = findRegions(grid, 0.5, 25, 28);
  t.same(
    regions.map(({ score, ...box }) => ({ ...box, score: Number(score.toFixed(3)) })),
    [
      { x: 0, y: 0, width: 10, height: 28, score: 0.9 },
      { x: 20, y: 0, width: 5, height: 10, score: 0.8 },
      { x: 20, y: 20, width: 5, height: 8, score: 0.6 },
    ],
  );
});

test('every cell over the threshold lies in exactly one region', async (t) => {
  const value = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 9 }),
      (values) => {
        const grid: HeatmapGrid = { rows: values.length, cols: 7, cellPx: 16, coverage: 1, values };
        const regions = findRegions(grid, 0.5, 7 * 16, values.length * 16);
        const over = values.flat().filter((v) => v !== null && v >= 0.5).length;
        return (
          (over === 0) === (regions.length === 0) &&
          regions.every((g) => g.score >= 0.5 && g.width > 0 && g.height > 0)
        );
      },
    ),
  );
  t.pass();
});
