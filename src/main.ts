/** The composition root: builds every part, hands it over, starts it, stops it. The only place where parts meet. */
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from './config/schema.js';
import type { ModelPackage } from './domain/model.js';
import { loadModelPackage } from './inference/model-package.js';
import { defaultOrtLibrary, openRuntime } from './inference/runtime.js';
import type { InferenceRuntime, RuntimeSettings } from './inference/types.js';
import { createPipeline } from './pipeline/pipeline.js';
import type { Pipeline } from './pipeline/types.js';

/** The package's own folder; the compiled file lies in dist/src. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHIPPED_MODEL = 'aidet-baseline';

/** The road without a front end: what the CLI and the evaluation use. */
export interface Detector {
  pipeline: Pipeline;
  runtime: InferenceRuntime;
  /** Images that keep all workers busy. */
  concurrency: number;
  close(): Promise<void>;
}

export async function loadModels(settings: Settings): Promise<{ packages: ModelPackage[]; active: string }> {
  const folder = settings.models_dir === '' ? join(PACKAGE_ROOT, 'models') : settings.models_dir;
  const entries = await readdir(folder, { withFileTypes: true });
  const packages: ModelPackage[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory() || !(await readdir(join(folder, entry.name))).includes('manifest.json'))
      continue;
    packages.push(await loadModelPackage(join(folder, entry.name)));
  }
  const active = settings.model === '' ? SHIPPED_MODEL : settings.model;
  if (!packages.some((p) => p.manifest.id === active)) {
    const known = packages.map((p) => p.manifest.id).join(', ') || 'none';
    throw new Error(
      `No model '${active}' in ${folder} (found: ${known}); set AIDET_MODEL or AIDET_MODELS_DIR`,
    );
  }
  return { packages, active };
}

export function runtimeSettings(settings: Settings, models: ModelPackage[]): RuntimeSettings {
  return {
    models,
    ortLibrary: settings.ort_library === '' ? defaultOrtLibrary() : settings.ort_library,
    executionProvider: settings.execution_provider,
    inferenceThreads: settings.inference_threads || availableParallelism(),
    queueDelayMaxMs: settings.queue_delay_max_ms,
    queueTilesMax: settings.queue_tiles_max,
  };
}

export async function createDetector(settings: Settings): Promise<Detector> {
  const { packages, active } = await loadModels(settings);
  const native = runtimeSettings(settings, packages);
  const runtime = await openRuntime(native);
  const workers = settings.workers || availableParallelism();
  const pipeline = createPipeline(
    { runtime },
    {
      workers,
      runtime: native,
      activeModel: active,
      imageBytesMax: settings.image_bytes_max,
      imagePixelsMax: settings.image_pixels_max,
      inFlightMax: settings.in_flight_max,
      inFlightBytesMax: settings.in_flight_bytes_max,
      decodedBytesMax: settings.decoded_bytes_max,
      verdictCacheBytes: settings.verdict_cache_bytes,
      verdictCacheTtlMs: settings.verdict_cache_ttl_s * 1000,
    },
  );
  return {
    pipeline,
    runtime,
    concurrency: workers * 2,
    close: async () => {
      await pipeline.close();
      runtime.close();
    },
  };
}
