import fc from 'fast-check';
import { test } from 'tap';
import { assessStability, isInDoubt, lookWindows } from '../../src/domain/second-looks.js';
import { planTiles, tileOrigins } from '../../src/domain/tiles.js';

test('doubt has edges, and they belong to it', async (t) => {
  t.same([0.2499, 0.25, 0.5, 0.85, 0.8501].map(isInDoubt), [false, true, true, true, false]);
});

test('windows lie inside the picture and hold tiles that lie inside them', async (t) => {
  const side = fc.integer({ min: 1, max: 3000 });
  fc.assert(
    fc.property(
      side,
      side,
      fc.constantFrom(1, 2),
      fc.integer({ min: 1, max: 5 }),
      (width, height, size, n) => {
        const plan = planTiles(width, height, { tile: 256, stride: 256, maxTiles: 24 });
        const origins = tileOrigins(plan);
        const windows = lookWindows({ width, height }, plan, 256 * size, n);
        return (
          windows.length === Math.min(n, origins.length / 2) &&
          windows.every(
            (w) =>
              w.x >= 0 &&
              w.y >= 0 &&
              w.x + w.width <= width &&
              w.y + w.height <= height &&
              w.width === Math.min(256 * size, width) &&
              w.height === Math.min(256 * size, height) &&
              w.tiles.length > 0 &&
              w.tiles.every((i) => {
                const [x, y] = [origins[2 * i] as number, origins[2 * i + 1] as number];
                const [right, bottom] = [x + Math.min(256, width), y + Math.min(256, height)];
                return x >= w.x && y >= w.y && right <= w.x + w.width && bottom <= w.y + w.height;
              }),
          ) &&
          // A window as large as a tile is that tile, so that what is compared is the same pixels.
          (size === 2 || windows.every((w) => w.tiles.length === 1))
        );
      },
    ),
  );
  t.pass();
});

test('windows are spread over the picture, and of a large plan one holds four tiles', async (t) => {
  const plan = planTiles(1024, 1024, { tile: 256, stride: 256, maxTiles: 24 });
  const [one] = lookWindows({ width: 1024, height: 1024 }, plan, 512, 1);
  t.same(one, { x: 0, y: 512, width: 512, height: 512, tiles: [8, 9, 12, 13] });
  const four = lookWindows({ width: 1024, height: 1024 }, plan, 256, 4);
  t.same(
    four.map((w) => w.tiles),
    [[2], [6], [10], [14]],
  );
});

test('stability: over all looks, the first among them, and the threshold itself is the upper side', async (t) => {
  t.equal(assessStability(0.5, [], 0.5), null);
  t.same(assessStability(0.5, [0.6, 0.55], 0.5), { looks: 2, min: 0.5, max: 0.6, agree: true });
  t.same(assessStability(0.7, [0.4, 0.8], 0.5), { looks: 2, min: 0.4, max: 0.8, agree: false });
  t.equal(assessStability(0.3, [0.5], 0.5)?.agree, false);
  t.equal(assessStability(0.3, [0.49], 0.5)?.agree, true);
});
