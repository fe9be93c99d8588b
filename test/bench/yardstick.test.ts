import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { ROOT } from '../../bench/root.js';
import { planTiles, tileOrigins } from '../../src/domain/tiles.js';

interface YardstickTiles {
  planTiles(
    width: number,
    height: number,
    rule: { tile: number; stride: number; maxTiles: number },
  ): { x: number; y: number }[];
}

t.test('the yardstick looks at the same tiles as aidet', async (t) => {
  const path = join(ROOT, 'bench', 'yardstick', 'tiles.mjs');
  const yardstick = (await import(path)) as YardstickTiles;
  const side = fc.integer({ min: 1, max: 9000 });
  const rule = fc.record({
    tile: fc.constantFrom(64, 224, 256),
    stride: fc.constantFrom(128, 200, 256),
    maxTiles: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(side, side, rule, (width, height, r) => {
      const theirs = yardstick.planTiles(width, height, r).flatMap(({ x, y }) => [x, y]);
      t.same(theirs, [...tileOrigins(planTiles(width, height, r))]);
    }),
    { numRuns: 300 },
  );
});
