/** What a caller sees of the queue: bound, classes, deadlines, cancellation, closing. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openRuntime } from '../../src/inference/runtime.js';
import type { InferenceRuntime, RuntimeSettings } from '../../src/inference/types.js';
import { MODEL, request, runtimeSettings } from '../support/inference.js';

async function open(t: Test, overrides: Partial<RuntimeSettings> = {}): Promise<InferenceRuntime> {
  const runtime = await openRuntime(runtimeSettings({ inferenceThreads: 1, ...overrides }));
  t.teardown(() => runtime.close());
  return runtime;
}

/** A request of many tiles that holds the one lane, once its first tile runs. */
async function occupy(
  runtime: InferenceRuntime,
  tiles: number,
): Promise<{ flag: Int32Array; done: Promise<unknown> }> {
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const done = runtime.infer(MODEL, request(tiles, { cancel })).catch((error: Error) => error);
  while (runtime.stats().runningTiles === 0) await nextTurn();
  return { flag: cancel, done };
}

t.test('the bound in tiles is exact', async (t) => {
  const runtime = await open(t, { queueTilesMax: 50 });
  const { flag, done } = await occupy(runtime, 50);
  const waiting = runtime.stats().queuedTiles;
  // Nothing else takes places: what is free now is at least what was free before.
  await t.rejects(runtime.infer(MODEL, request(51)), { code: 'service_unavailable', retryAfterS: 1 });
  t.ok(waiting <= 49);
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
  t.equal(most, 50);
  Atomics.store(flag, 0, 1);
  t.match(await done, { name: 'AbortError' });
  const outcomes = await Promise.all(filling);
  t.equal(outcomes.pop(), 'service_unavailable', 'the one too many');
  t.ok(
    outcomes.every((o) => o === 'done'),
    'all others ran',
  );
  t.equal(runtime.stats().rejected, before + 1);
});

t.test('classes', async (t) => {
  const runtime = await open(t);
  const { done } = await occupy(runtime, 24);
  const order: string[] = [];
  const ask = (priority: 'interactive' | 'batch' | 'async', timeoutMs: number): Promise<unknown> =>
    runtime
      .infer(MODEL, request(1, { priority, timeoutMs }))
      .then(() => order.push(`${priority} ${timeoutMs}`));
  await Promise.all([
    ask('async', 50_000),
    ask('batch', 50_000),
    ask('interactive', 70_000),
    ask('interactive', 65_000),
  ]);
  await done;
  t.same(order, ['interactive 65000', 'interactive 70000', 'batch 50000', 'async 50000']);
});

t.test('a deadline that is over', async (t) => {
  const runtime = await open(t);
  const { done } = await occupy(runtime, 8);
  const { expired } = runtime.stats();
  await t.rejects(runtime.infer(MODEL, request(2, { timeoutMs: 0 })), { code: 'service_unavailable' });
  await t.rejects(runtime.infer(MODEL, request(2, { timeoutMs: -5 })), { code: 'service_unavailable' });
  t.equal(runtime.stats().expired, expired + 2);
  t.notMatch(await done, Error, 'others are not touched');
});

t.test('cancellation', async (t) => {
  const runtime = await open(t);
  const { done } = await occupy(runtime, 8);
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const asked = runtime.infer(MODEL, request(24, { cancel }));
  Atomics.store(cancel, 0, 1);
  await t.rejects(asked, { name: 'AbortError' });
  await t.rejects(
    runtime.infer(MODEL, request(1, { cancel })),
    { name: 'AbortError' },
    'cancelled before it began',
  );
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
  const { done } = await occupy(runtime, 20);
  const theirs = other.infer(MODEL, request(2));
  runtime.close();
  runtime.close();
  t.match(await done, { code: 'service_unavailable' }, 'what waits of the closed handle is given up');
  await t.rejects(runtime.infer(MODEL, request(1)), { code: 'service_unavailable' });
  t.throws(() => runtime.stats());
  t.equal((await theirs).tileLogits.length, 2, 'the other handle is not touched');
  other.close();
});
