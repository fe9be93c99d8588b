import { createHash, webcrypto } from 'node:crypto';
import { Piscina } from 'piscina';
import { conclude } from '../domain/conclude.js';
import { AidetError, fromPlainError } from '../domain/errors.js';
import { startTimeLimit } from '../domain/time-limit.js';
import {
  DEFAULT_FORENSICS_OPTIONS,
  type DetectOptions,
  type ForensicsOptions,
  type Measurement,
  type ModelRef,
} from '../domain/types.js';
import type { Forensics } from '../forensics/types.js';
import type { InferenceRuntime, RuntimeSettings } from '../inference/types.js';
import type { Provenance } from '../provenance/types.js';
import { Admission } from './admission.js';
import { DecodeBudget } from './decode-budget.js';
import type { Measured, MeasureOutcome, MeasureTask, WorkerSettings } from './task.js';
import type { DetectContext, DetectInput, DetectResult, Pipeline } from './types.js';
import { type CachedLook, VerdictCache } from './verdict-cache.js';

export interface PipelineSettings {
  workers: number;
  runtime: RuntimeSettings;
  activeModel: string;
  imageBytesMax: number;
  imagePixelsMax: number;
  inFlightMax: number;
  inFlightBytesMax: number;
  decodedBytesMax: number;
  verdictCacheBytes: number;
  verdictCacheTtlMs: number;
  /** Instruction set of the forensic kernels; null: the fastest. */
  forensicsTarget: string | null;
  /** Most tiles that second looks add to an image in doubt; 0: none are taken. */
  secondLooksTilesMax: number;
}

export interface PipelineDeps {
  /** Held open by the main thread, so that the native runtime outlives any worker. */
  runtime: InferenceRuntime;
  provenance: Pick<Provenance, 'inspect' | 'trustVersion'>;
}

/** Per worker one image decodes while another's tiles are with the batcher. */
const IMAGES_PER_WORKER = 2;

/** Below this the hash costs less than handing the bytes to another thread. */
const HASH_INLINE_BYTES = 1 << 20;

export function createPipeline(deps: PipelineDeps, settings: PipelineSettings): Pipeline {
  const models = new Map<string, ModelRef>(
    settings.runtime.models.map(({ manifest: { id, version } }) => [id, { id, version }]),
  );
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  const workerSettings: WorkerSettings = {
    runtime: settings.runtime,
    limits: { imageBytesMax: settings.imageBytesMax, imagePixelsMax: settings.imagePixelsMax },
    decoded: { shared: DecodeBudget.shared(), bytesMax: settings.decodedBytesMax },
    forensicsTarget: settings.forensicsTarget,
    secondLooks: { tilesMax: settings.secondLooksTilesMax, waiting },
  };
  const pool = new Piscina<MeasureTask, MeasureOutcome>({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: settings.workers,
    maxThreads: settings.workers,
    concurrentTasksPerWorker: IMAGES_PER_WORKER,
    workerData: workerSettings,
  });
  const admission = new Admission(
    {
      imagesMax: settings.inFlightMax,
      bytesMax: settings.inFlightBytesMax,
      slots: settings.workers * IMAGES_PER_WORKER,
    },
    waiting,
  );
  const cache = new VerdictCache(
    { bytesMax: settings.verdictCacheBytes, ttlMs: settings.verdictCacheTtlMs },
    () => performance.now(),
  );
  let closing: Promise<void> | undefined;

  function pickModel(asked: string | null): ModelRef {
    const model = models.get(asked ?? settings.activeModel);
    if (model === undefined) {
      throw new AidetError('not_found', `No model '${asked}'; GET /v1/models lists them`, { param: 'model' });
    }
    return model;
  }

  function refuseWhenClosing(): void {
    if (closing !== undefined)
      throw new AidetError('service_unavailable', 'The server is stopping', { retryAfterS: 1 });
  }

  async function detect(
    input: DetectInput,
    options: DetectOptions,
    context: DetectContext,
  ): Promise<DetectResult> {
    refuseWhenClosing();
    const model = pickModel(options.model);
    const sha256 = await hash(input.bytes);
    const cached = context.cache?.ttlS === 0 ? undefined : context.cache;
    const key = cached && cacheKey(cached.scope, sha256, model, options, deps.provenance.trustVersion());
    const hit =
      key === undefined ? undefined : cache.get(key, cached?.ttlS == null ? undefined : cached.ttlS * 1000);
    if (hit !== undefined) return answer(hit, options, true);
    const look = await withinTime(context, (signal) =>
      lookAt(input, sha256, model, options, context, signal),
    );
    // What was left out under load is looked at next time.
    if (key !== undefined && look.c2pa.unverified === undefined) cache.put(key, look);
    return answer(look, options, false);
  }

  async function forensics(
    input: DetectInput,
    options: ForensicsOptions,
    context: DetectContext,
  ): Promise<Forensics> {
    refuseWhenClosing();
    const wanted = { sha256: await hash(input.bytes), detect: null, forensics: options };
    const outcome = await withinTime(context, (signal) => measure(input, wanted, context, signal));
    return outcome.forensics as Forensics;
  }

  async function lookAt(
    input: DetectInput,
    sha256: string,
    model: ModelRef,
    options: DetectOptions,
    context: DetectContext,
    signal: AbortSignal,
  ): Promise<CachedLook> {
    // Content Credentials are checked in their own thread beside the measurement; this looks at the bytes before
    // they are handed on. A rejection is taken up below.
    const inspected = deps.provenance.inspect(input.bytes, signal);
    inspected.catch(() => undefined);
    const wanted = {
      sha256,
      detect: { model: model.id, includeHeatmap: options.includeHeatmap },
      forensics: options.includeForensics ? DEFAULT_FORENSICS_OPTIONS : null,
    };
    const { measurement, forensics } = await measure(input, wanted, context, signal);
    const c2pa = await inspected.catch((reason) => {
      throw explainAbort(reason, context);
    });
    return { measurement: measurement as Measurement, forensics, c2pa, memo: {} };
  }

  async function measure(
    input: DetectInput,
    wanted: Pick<MeasureTask, 'sha256' | 'detect' | 'forensics'>,
    context: DetectContext,
    signal: AbortSignal,
  ): Promise<Measured> {
    const begun = performance.now();
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const leave = await admission.enter(context.priority, signal).catch((reason) => {
      throw explainAbort(reason, context);
    });
    const waitedMs = performance.now() - begun;
    const task: MeasureTask = {
      bytes: inOwnBuffer(input.bytes),
      ...wanted,
      priority: context.priority,
      timeoutMs: context.timeoutMs - waitedMs,
      cancel,
    };
    // A running task is never aborted through the pool, which would kill its thread and the images beside it: it
    // sees the flag between two steps, and its slot is free only then.
    const running = pool.run(task, { transferList: [task.bytes.buffer as ArrayBuffer] }).finally(leave);
    const outcome = await orAbort(running, signal, cancel).catch((reason) => {
      throw explainAbort(reason, context);
    });
    if ('error' in outcome) throw fromPlainError(outcome.error);
    if (outcome.measurement !== null) outcome.measurement.times.queueMs += waitedMs;
    return outcome;
  }

  return {
    detect,
    forensics,
    reserve: (priority) => admission.reserve(priority),
    load: () => admission.load(),
    ready: () => closing === undefined && deps.runtime.info().models.length > 0,
    models: () => [...models.values()],
    close: () => (closing ??= pool.close({ force: false })),
  };
}

function answer(look: CachedLook, options: DetectOptions, cached: boolean): DetectResult {
  return {
    ...conclude(look.measurement, look.c2pa, options),
    cached,
    forensics: look.forensics,
    memo: look.memo,
  };
}

/** The threshold is not part of the key: it is applied to what was measured. */
function cacheKey(
  scope: string,
  sha256: string,
  model: ModelRef,
  options: DetectOptions,
  trustVersion: string,
): string {
  const asked = [options.includeHeatmap, options.includeForensics].map(Number).join('');
  return `${scope} ${sha256} ${model.id}@${model.version} ${trustVersion} ${asked}`;
}

async function hash(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength < HASH_INLINE_BYTES) return createHash('sha256').update(bytes).digest('hex');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** Bytes whose buffer holds nothing else and can change hands: cloning a view would clone everything behind it. */
function inOwnBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isWhole ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}

/** Runs a step with a signal that ends where the client goes away or the deadline is over. */
async function withinTime<T>(context: DetectContext, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = startTimeLimit(context.timeoutMs, context.signal);
  try {
    return await step(limit.signal);
  } finally {
    limit.clear();
  }
}

function orAbort<T>(running: Promise<T>, signal: AbortSignal, cancel: Int32Array): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      Atomics.store(cancel, 0, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The client's own abort stays what it is; the deadline's becomes an answer; the rest passes. */
function explainAbort(reason: unknown, context: DetectContext): unknown {
  if (context.signal.aborted) return context.signal.reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new AidetError(
      'service_unavailable',
      `No answer within ${Math.round(context.timeoutMs)} ms; try again`,
      {
        retryAfterS: 1,
      },
    );
  }
  return reason;
}
