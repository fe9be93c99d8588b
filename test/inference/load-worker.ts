/** A worker of the lifetimes test: opens a handle, asks without end, and is ended by others or by itself. */
import { parentPort, workerData } from 'node:worker_threads';
import { openRuntime } from '../../src/inference/runtime.js';
import type { InferRequest, RuntimeSettings } from '../../src/inference/types.js';

export interface Load {
  settings: RuntimeSettings;
  model: string;
  request: InferRequest;
  /** How it ends: by being terminated, by leaving work and handle behind, or by closing the handle with work under way. */
  ending: 'terminated' | 'leaves' | 'closes';
}

const { settings, model, request, ending } = workerData as Load;
const runtime = await openRuntime(settings);
const asked = [runtime.infer(model, request), runtime.infer(model, request)];
for (const answer of asked) answer.catch(() => {});
await asked[0]?.catch(() => {});
parentPort?.postMessage('busy');
if (ending === 'leaves') process.exit();
if (ending === 'closes') runtime.close();
while (ending === 'terminated') await runtime.infer(model, request).catch(() => {});
