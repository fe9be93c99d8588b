import fc from 'fast-check';
import { test } from 'tap';
import { planTiles, tileOrigins } from '../../src/domain/tiles.js';

const rule = { tile: 256, stride: 256, maxTiles: 24 };

test('an axis up to a tile has one, up to two tiles two at its edges, beyond an even grid', async (t) => {
  t.match(planTiles(1, 256, rule), { xs: [0], ys: [0], coverage: 1 });
  t.match(planTiles(257, 400, rule), { xs: [0, 1], ys: [0, 144], coverage: 1 });
  t.match(planTiles(512, 513, rule), { xs: [0, 256], ys: [0, 129, 257], coverage: 1 });
  t.same(tileOrigins(planTiles(400, 300, rule)), new Int32Array([0, 0, 144, 0, 0, 44, 144, 44]));
});

test('over the budget a sub-grid thins both axes alike and says what it covers', async (t) => {
  const plan = planTiles(4000, 3000, rule);
  t.equal(plan.xs.length * plan.ys.length, 24);
  t.equal(plan.xs.length, 6);
  t.ok(Math.abs(plan.coverage - (24 * 256 * 256) / 12e6) < 1e-9);
  t.match(planTiles(10_000, 10, rule), { ys: [0] });
  t.equal(planTiles(10_000, 10, rule).xs.length, 24);
});

test('for every size: within the budget, inside the image, ascending, covering all where the budget allows', async (t) => {
  const size = fc.integer({ min: 1, max: 9000 });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 1, max: 40 }), (width, height, maxTiles) => {
      const plan = planTiles(width, height, { ...rule, maxTiles });
      const whole = planTiles(width, height, { ...rule, maxTiles: Number.MAX_SAFE_INTEGER });
      const fits = (ps: number[], axis: number): boolean =>
        ps.every((p, i) => p >= 0 && p <= Math.max(0, axis - 256) && (i === 0 || p > (ps[i - 1] as number)));
      const n = plan.xs.length * plan.ys.length;
      return (
        n >= 1 &&
        n <= maxTiles &&
        fits(plan.xs, width) &&
        fits(plan.ys, height) &&
        Math.abs(whole.coverage - 1) < 1e-12 &&
        (whole.xs.length * whole.ys.length > maxTiles || plan.coverage === whole.coverage)
      );
    }),
  );
  t.pass();
});
