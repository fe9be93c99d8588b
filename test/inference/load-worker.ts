/** A worker of the lifetimes test: opens a handle, asks without end, and is ended by others or by itself. */
import { parentPort, workerData } from 'node:worker_threads';
import { openRuntime } from '../../src/inference/runtime.js';
import { MODEL, request, runtimeSettings } from '../support/inference.js';

/** How it ends: by being terminated, by leaving work and handle behind, or by closing the handle with work under way. */
const { ending, tiles } = workerData as { ending: 'terminated' | 'leaves' | 'closes'; tiles: number };

const runtime = await openRuntime(runtimeSettings());
const asked = Array.from({ length: 4 }, () => runtime.infer(MODEL, request(tiles)));
for (const answer of asked) answer.catch(() => {});
await asked[0]?.catch(() => {});
parentPort?.postMessage('busy');
if (ending === 'leaves') process.exit();
if (ending === 'closes') runtime.close();
while (ending === 'terminated') await runtime.infer(MODEL, request(tiles)).catch(() => {});
