/** Second looks on the real runtime; the calibration is set so that the picture is in doubt whatever the network. */
import t from 'tap';
import { calibrate, mean } from '../../src/domain/calibration.js';
import { AidetError } from '../../src/domain/errors.js';
import { planTiles, tileOrigins } from '../../src/domain/tiles.js';
import { secondLook } from '../../src/imaging/second-look.js';
import { openRuntime } from '../../src/inference/runtime.js';
import { type FirstLook, secondLooks } from '../../src/pipeline/second-looks.js';
import { MODEL, modelPackage, picture, runtimeSettings, TILE } from '../support/inference.js';

const runtime = await openRuntime(runtimeSettings());
t.teardown(() => runtime.close());

const SIDE = 4 * TILE;
const image = { rgb: picture(SIDE, SIDE), width: SIDE, height: SIDE };
const plan = planTiles(SIDE, SIDE, { tile: TILE, stride: TILE, maxTiles: 24 });
const later = { priority: 'interactive', timeoutMs: 60_000 } as const;
const { tileLogits } = await runtime.infer(MODEL, { ...image, tiles: tileOrigins(plan), ...later });

/** The first look, its probability moved to `probability`. */
function firstLook(probability: number): FirstLook {
  const a = 0.5;
  const b = Math.log(probability / (1 - probability)) - a * mean(tileLogits);
  const manifest = { ...modelPackage.manifest, calibration: { method: 'platt', a, b } } as const;
  return { image, plan, tileLogits, manifest };
}

const settings = (tilesMax: number, waiting = 0) => ({
  tilesMax,
  waiting: Int32Array.of(waiting) as Int32Array as Int32Array<SharedArrayBuffer>,
});
const task = () => ({ priority: 'interactive' as const, cancel: new Int32Array(new SharedArrayBuffer(4)) });
const look = (first: FirstLook, tilesMax = 2, waiting = 0, timeLeftMs = 60_000, of = task()) =>
  secondLooks(runtime, first, settings(tilesMax, waiting), of, timeLeftMs);

/** Tiles that the runtime has run since. */
async function counted<T>(run: () => Promise<T>): Promise<{ answer: T; tiles: number }> {
  const before = runtime.stats().tiles;
  return { answer: await run(), tiles: runtime.stats().tiles - before };
}

t.test('two looks for two tiles, each moving the picture by what its part moved', async (t) => {
  const first = firstLook(0.5);
  const { answer, tiles } = await counted(() => look(first));
  t.equal(tiles, 2);
  const window = { x: 0, y: 2 * TILE, width: TILE, height: TILE, tiles: [8] };
  const saved = await secondLook(image, window, 'save');
  const again = await runtime.infer(MODEL, { ...saved, tiles: Int32Array.of(0, 0), ...later });
  const moved = (again.tileLogits[0] as number) - (tileLogits[8] as number);
  t.not(moved, 0);
  t.same(answer[1], calibrate(mean(tileLogits) + moved, first.manifest.calibration));
  t.equal(answer.length, 2);
  t.same(await look(first), answer, 'the same again');
});

t.test('one look, two looks, more windows, never more tiles than allowed', async (t) => {
  for (const [allowed, used] of [
    [1, 1],
    [3, 2],
    [8, 8],
    [9, 8],
  ] as const) {
    const { answer, tiles } = await counted(() => look(firstLook(0.5), allowed));
    t.equal(answer.length, Math.min(allowed, 2));
    t.equal(tiles, used, `${allowed} allowed`);
  }
});

t.test(
  'none where the network is sure, where they are off, and where they would be in the way',
  async (t) => {
    const cancelled = task();
    cancelled.cancel[0] = 1;
    const first = firstLook(0.5);
    const ways: [string, () => Promise<number[]>][] = [
      ['sure it is authentic', () => look(firstLook(0.2))],
      ['sure it is generated', () => look(firstLook(0.9))],
      ['off', () => look(first, 0)],
      ['an interactive image waits', () => look(first, 2, 1)],
      ['no time is left', () => look(first, 2, 0, 0)],
      ['the client went away', () => look(first, 2, 0, 60_000, cancelled)],
    ];
    for (const [why, run] of ways) {
      const { answer, tiles } = await counted(run);
      t.same(answer, [], why);
      t.equal(tiles, 0, why);
    }
  },
);

t.test('a queue that is full refuses them, not the verdict', async (t) => {
  const refuse = {
    infer: () => Promise.reject(new AidetError('service_unavailable', 'Too many tiles wait')),
  };
  t.same(await secondLooks(refuse, firstLook(0.5), settings(2), task(), 60_000), []);
});

t.test('small pictures, smaller than a tile and than a window', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [TILE - 1, TILE + 40],
    [TILE + 40, 3],
  ] as const) {
    const small = { rgb: picture(width, height), width, height };
    const smallPlan = planTiles(width, height, { tile: TILE, stride: TILE, maxTiles: 24 });
    const seen = await runtime.infer(MODEL, { ...small, tiles: tileOrigins(smallPlan), ...later });
    const logit = mean(seen.tileLogits);
    const calibration = { method: 'platt', a: 0.5, b: -0.5 * logit } as const;
    const manifest = { ...modelPackage.manifest, calibration };
    const first = { image: small, plan: smallPlan, tileLogits: seen.tileLogits, manifest };
    const answer = await look(first);
    t.equal(answer.length, 2, `${width}x${height}`);
    t.ok(answer.every((p) => p > 0 && p < 1));
  }
});
