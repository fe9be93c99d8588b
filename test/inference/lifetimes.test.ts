/**
 * One runtime a process, whoever opened it first and whoever goes away when: workers that are terminated at work, that
 * leave with work under way, that close; a main thread that holds the runtime or not; a process that just ends.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { openRuntime } from '../../src/inference/runtime.js';
import { MODEL, request, runtimeSettings } from '../support/inference.js';
import type { Load } from './load-worker.js';

t.setTimeout(280_000);

const ENDINGS = ['terminated', 'leaves', 'closes'] as const;
/** Together 200 and more; under sanitizers each takes several times as long. */
const CYCLES = process.env.AIDET_SANITIZED === undefined ? 140 : 24;
const AT_ONCE = 4;
/** On a machine that others keep busy, two hundred threads may take minutes: then fewer have to do. */
const ENOUGH_MS = 60_000;

const settings = runtimeSettings();

async function cycle(i: number): Promise<void> {
  const ending = ENDINGS[i % ENDINGS.length] as Load['ending'];
  const load: Load = { settings, model: MODEL, request: request(1 + (i % 3)), ending };
  const worker = new Worker(new URL('./load-worker.js', import.meta.url), { workerData: load });
  const exited = once(worker, 'exit');
  // Some are ended while they are still opening their handle.
  if (i % 7 !== 0 || ending !== 'terminated') await Promise.race([once(worker, 'message'), exited]);
  if (ending === 'terminated') await worker.terminate();
  await exited;
}

async function cycles(t: Test, n: number): Promise<void> {
  const end = performance.now() + ENOUGH_MS;
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < n && performance.now() < end) await cycle(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  t.comment(`${next} of ${n} threads came and went`);
}

t.test('workers come and go while the main thread works', async (t) => {
  const runtime = await openRuntime(runtimeSettings());
  let coming = true;
  const reference = await runtime.infer(MODEL, request(3));
  const own = (async () => {
    let answers = 0;
    while (coming) {
      const { tileLogits } = await runtime.infer(MODEL, request(3));
      if (!tileLogits.every((x, i) => x === reference.tileLogits[i])) throw new Error('another answer');
      answers++;
    }
    return answers;
  })();
  await cycles(t, CYCLES);
  coming = false;
  t.ok((await own) > 0, 'the main thread was served all the while');
  // What a worker left behind may still be in a lane.
  while (runtime.stats().runningTiles > 0) await new Promise(setImmediate);
  t.equal(runtime.stats().queuedTiles, 0, 'nothing of those that left is in the queue');
  runtime.close();
});

t.test('workers come and go alone, and the runtime with them', async (t) => {
  await cycles(t, Math.ceil(CYCLES / 2));
  const runtime = await openRuntime(runtimeSettings({ inferenceThreads: 3 }));
  t.equal(runtime.info().lanes, 3, 'none was left behind');
  t.equal((await runtime.infer(MODEL, request(2))).tileLogits.length, 2);
  runtime.close();
});

t.test('handles open and close in any order', async (t) => {
  for (let i = 0; i < 10; i++) {
    const handles = await Promise.all([0, 1, 2].map(() => openRuntime(runtimeSettings())));
    const asked = handles.map((h) => h.infer(MODEL, request(2)).catch((e: Error) => e));
    for (const k of [i % 3, (i + 1) % 3, (i + 2) % 3]) handles[k]?.close();
    for (const answer of await Promise.all(asked)) {
      t.ok('tileLogits' in answer || /stopping/.test(answer.message));
    }
  }
});

t.test('a process ends whatever is under way', (t) => {
  const support = new URL('../support/inference.js', import.meta.url).href;
  const runtime = new URL('../../src/inference/runtime.js', import.meta.url).href;
  const begin = `
    const { openRuntime } = await import(${JSON.stringify(runtime)});
    const { MODEL, request, runtimeSettings } = await import(${JSON.stringify(support)});
    const runtime = await openRuntime(runtimeSettings());
    const asked = Array.from({ length: 8 }, () => runtime.infer(MODEL, request(24)));
  `;
  const endings = {
    'by exit at work': ['process.exit(3);', 3],
    'by an exception at work': [
      'setTimeout(() => { throw new Error("on purpose"); }, 5); await Promise.all(asked);',
      1,
    ],
    'by itself, with an open handle': ['await Promise.all(asked); process.exitCode = 4;', 4],
    'by itself, when answers have come that nobody awaits': ['process.exitCode = 5;', 5],
  } as const;
  for (const [name, [end, code]] of Object.entries(endings)) {
    const { status, signal, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', begin + end],
      {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        encoding: 'utf8',
      },
    );
    t.same([status, signal], [code, null], `${name}: ${code === 1 ? '' : stderr}`);
  }
  t.end();
});
