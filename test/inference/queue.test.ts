/** What a caller sees of the queue: bound, classes, deadlines, cancellation, closing. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Priority } from '../../src/domain/types.js';
import { openRuntime } from '../../src/inference/runtime.js';
import type { InferenceRuntime, RuntimeSettings } from '../../src/inference/types.js';
import { MODEL, request, runtimeSettings } from '../support/inference.js';

async function open(t: Test, overrides: Partial<RuntimeSettings> = {}): Promise<InferenceRuntime> {
  const runtime = await openRuntime(runtimeSettings({ inferenceThreads: 1, ...overrides }));
  t.teardown(() => runtime.close());
  return runtime;
}

/** Many seconds of work for a lane: what is asked next waits until the flag is set, however slow the machine is. */
const OCCUPYING = 4000;

/** Holds the one lane, once the first tile runs, until `release` is called. */
async function occupy(runtime: InferenceRuntime): Promise<{ release: () => void; done: Promise<unknown> }> {
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const done = runtime.infer(MODEL, request(OCCUPYING, { cancel })).catch((error: Error) => error);
  while (runtime.stats().runningTiles === 0) await nextTurn();
  return { release: () => Atomics.store(cancel, 0, 1), done };
}

const BOUND = OCCUPYING + 50;

t.test('the bound in tiles is exact', async (t) => {
  const runtime = await open(t, { queueTilesMax: BOUND });
  const { release, done } = await occupy(runtime);
  const waiting = runtime.stats().queuedTiles;
  // Nothing else takes places: what is free now is at least what was free before.
  await t.rejects(runtime.infer(MODEL, request(BOUND + 1)), { code: 'service_unavailable', retryAfterS: 1 });
  t.ok(waiting < OCCUPYING);
  const before = runtime.stats().rejected;
  const one = request(1);
  const filling: Promise<string>[] = [];
  let most = 0;
  // A lane frees a place in milliseconds, this loop takes one in microseconds; its end does not hang on that.
  while (runtime.stats().rejected === before && filling.length < 100_000) {
    filling.push(
      runtime.infer(MODEL, one).then(
        () => 'done',
        (error) => error.code,
      ),
    );
    most = Math.max(most, runtime.stats().queuedTiles);
  }
  t.equal(most, BOUND);
  release();
  t.match(await done, { name: 'AbortError' });
  const outcomes = await Promise.all(filling);
  t.equal(outcomes.pop(), 'service_unavailable', 'the one too many');
  t.ok(
    outcomes.every((o) => o === 'done'),
    'all others ran',
  );
  t.equal(runtime.stats().rejected, before + 1);
});

/** A waiting request rises one class a second; an order that took longer says nothing about classes. */
const RISES_AFTER_MS = 1000;
/** A machine that is never quick enough says nothing either; the queue's own test brings its own clock. */
const ATTEMPTS = 10;

t.test('classes', async (t) => {
  const runtime = await open(t);
  for (let attempt = 1; ; attempt++) {
    const { release, done } = await occupy(runtime);
    const order: string[] = [];
    const ask = (priority: Priority, timeoutMs: number): Promise<unknown> =>
      runtime
        .infer(MODEL, request(1, { priority, timeoutMs }))
        .then(() => order.push(`${priority} ${timeoutMs}`));
    const begun = performance.now();
    const asked = [
      ask('async', 50_000),
      ask('batch', 50_000),
      ask('interactive', 70_000),
      ask('interactive', 65_000),
    ];
    release();
    await Promise.all(asked);
    await done;
    t.ok(
      order.indexOf('interactive 65000') < order.indexOf('interactive 70000'),
      'the earlier deadline first',
    );
    if (performance.now() - begun > RISES_AFTER_MS) {
      if (attempt < ATTEMPTS) continue;
      t.comment('too slow to see the classes');
      return;
    }
    t.same(order, ['interactive 65000', 'interactive 70000', 'batch 50000', 'async 50000']);
    return;
  }
});

t.test('a deadline that is over', async (t) => {
  const runtime = await open(t);
  const { release, done } = await occupy(runtime);
  const { expired } = runtime.stats();
  await t.rejects(runtime.infer(MODEL, request(2, { timeoutMs: 0 })), { code: 'service_unavailable' });
  await t.rejects(runtime.infer(MODEL, request(2, { timeoutMs: -5 })), { code: 'service_unavailable' });
  t.equal(runtime.stats().expired, expired + 2);
  // Between two batches nothing runs for a moment, but what is left of the other request keeps its places.
  t.ok(runtime.stats().queuedTiles > 0, 'others are not touched');
  release();
  t.match(await done, { name: 'AbortError' }, 'and end as they would have');
});

t.test('cancellation', async (t) => {
  const runtime = await open(t);
  const { release, done } = await occupy(runtime);
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const asked = runtime.infer(MODEL, request(24, { cancel }));
  Atomics.store(cancel, 0, 1);
  await t.rejects(asked, { name: 'AbortError' });
  await t.rejects(
    runtime.infer(MODEL, request(1, { cancel })),
    { name: 'AbortError' },
    'cancelled before it began',
  );
  release();
  await done;
  const plain = new Int32Array(1) as unknown as Int32Array<SharedArrayBuffer>;
  t.equal((await runtime.infer(MODEL, request(1, { cancel: plain }))).tileLogits.length, 1);
  t.same([runtime.stats().queuedTiles, runtime.stats().runningTiles], [0, 0]);
});

t.test('statistics add up', async (t) => {
  const runtime = await open(t, { inferenceThreads: 2 });
  const before = runtime.stats();
  const results = await Promise.all([1, 5, 24].map((n) => runtime.infer(MODEL, request(n))));
  const after = runtime.stats();
  t.equal(after.tiles - before.tiles, 30);
  t.equal(
    results.reduce((sum, r) => sum + r.stats.batches, 0),
    after.batches - before.batches,
  );
  const total = (counts: number[]): number => counts.reduce((a, b) => a + b, 0);
  t.equal(total(after.batchSizeHistogram.counts), after.batches);
  t.equal(total(after.executeHistogram.counts), after.batches);
  t.equal(total(after.queueDelayHistogram.counts), after.tiles);
  for (const { boundsMs, counts } of [after.queueDelayHistogram, after.executeHistogram]) {
    t.equal(counts.length, boundsMs.length + 1);
    t.same(
      boundsMs,
      boundsMs.toSorted((a, b) => a - b),
    );
  }
  t.ok(after.executeMsTotal > before.executeMsTotal);
  for (const { stats } of results) t.ok(stats.executeMs > 0 && stats.queueDelayMs >= 0);
});

t.test('closing', async (t) => {
  const runtime = await openRuntime(runtimeSettings({ inferenceThreads: 1 }));
  const other = await openRuntime(runtimeSettings());
  t.equal(other.info().lanes, 1, 'the second handle shares the first one`s runtime');
  const { done } = await occupy(runtime);
  const theirs = other.infer(MODEL, request(2));
  runtime.close();
  runtime.close();
  t.match(await done, { code: 'service_unavailable' }, 'what waits of the closed handle is given up');
  await t.rejects(runtime.infer(MODEL, request(1)), { code: 'service_unavailable' });
  t.throws(() => runtime.stats());
  t.equal((await theirs).tileLogits.length, 2, 'the other handle is not touched');
  other.close();
});
