/**
 * The thread's entry: image bytes in, what the reference implementation (c2pa-rs) reads and validates out. Nothing
 * here can reach the network, and memory is bounded: a manifest that would need more ends this thread, not the process.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread, workerData } from 'node:worker_threads';
import { initSync, WasmReader } from '@contentauth/c2pa-wasm';
import { evidenceOf } from './claims.js';
import { withMemoryLimit } from './memory-limit.js';
import type { EngineAnswer, EngineSettings, EngineTask } from './protocol.js';
import { reportOf } from './report.js';
import type { Details, ManifestStore } from './store.js';

if (isMainThread) throw new Error('c2pa/engine is the entry of a worker thread');

// The library is told not to fetch; should it ever try, there is nothing to fetch with.
globalThis.fetch = () => Promise.reject(new Error('Content Credentials are verified offline'));

const { memoryBytesMax } = workerData as EngineSettings;
const wasm = readFileSync(createRequire(import.meta.url).resolve('@contentauth/c2pa-wasm/c2pa.wasm'));
initSync({ module: withMemoryLimit(wasm, memoryBytesMax) });

/** Answers once the thread can read. */
export function begin(): void {}

export default async function read({ bytes, mime, context }: EngineTask): Promise<EngineAnswer> {
  let reader: WasmReader;
  try {
    reader = await WasmReader.fromBytes(mime, bytes, context);
  } catch (error) {
    // Refusals are thrown as strings; anything else is a broken instance, which must not be used again.
    if (typeof error === 'string') return { refusal: error };
    throw error;
  }
  try {
    // A store can be as large as its file: what leaves this thread is bounded.
    const store = JSON.parse(reader.json()) as ManifestStore;
    const details = JSON.parse(reader.crJson()) as Details;
    return {
      report: reportOf(store, details),
      evidence: evidenceOf(store),
      trustListUri: store.validation_results?.trustListUri ?? null,
    };
  } finally {
    reader.free();
  }
}
