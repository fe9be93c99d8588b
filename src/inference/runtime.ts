/** The typed face of the native runtime: arguments in, results and AidetErrors out. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openAddon } from '../binding/addon.js';
import type { NativeErrorCode, NativeModel, NativeRuntime } from '../binding/types.js';
import { AidetError } from '../domain/errors.js';
import type { ModelPackage } from '../domain/model.js';
import { PRIORITY } from '../domain/types.js';
import { selfTestPicture } from './self-test.js';
import type {
  InferenceRuntime,
  InferRequest,
  InferResult,
  RuntimeInfo,
  RuntimeSettings,
  RuntimeStats,
} from './types.js';

const PROVIDER_CHAINS = {
  auto: ['tensorrt', 'cuda', 'cpu'],
  tensorrt: ['tensorrt', 'cpu'],
  cuda: ['cuda', 'cpu'],
  cpu: ['cpu'],
} as const;

/** The library inside onnxruntime-node for this machine. */
export function defaultOrtLibrary(): string {
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve('onnxruntime-node/package.json'));
  return join(root, 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime.so.1');
}

/**
 * @throws AidetError `internal_error`: the addon or library does not load, or no provider passes the self-test on
 * every model
 */
export async function openRuntime(settings: RuntimeSettings): Promise<InferenceRuntime> {
  try {
    const { Runtime } = openAddon();
    const native = new Runtime({
      models: settings.models.map(toNativeModel),
      ortLibrary: settings.ortLibrary,
      providers: [...PROVIDER_CHAINS[settings.executionProvider]],
      lanes: settings.inferenceThreads,
      tilesMax: settings.queueTilesMax,
      delayMaxMs: settings.queueDelayMaxMs,
    });
    return new Handle(native);
  } catch (error) {
    throw new AidetError('internal_error', (error as Error).message, { cause: error });
  }
}

function toNativeModel({ manifest, path, selfTest }: ModelPackage): NativeModel {
  const { input, outputs } = manifest;
  return {
    id: manifest.id,
    version: manifest.version,
    path,
    input: input.name,
    channelsLast: input.layout === 'NHWC',
    tile: input.tile,
    scale: input.scale,
    mean: input.mean,
    std: input.std,
    logit: outputs.logit,
    patchLogits: outputs.patch_logits,
    generatorLogits: outputs.generator_logits,
    embedding: outputs.embedding,
    generators: manifest.generators.length,
    batchSizes: manifest.preferred_batch_sizes ?? [],
    selfTest: {
      rgb: selfTestPicture(input.tile).rgb,
      tolerance: selfTest.tolerance,
      tileLogits: Float32Array.from(selfTest.tile_logits),
      patchLogits: Float32Array.from(selfTest.patch_logits),
      generatorLogits: Float32Array.from(selfTest.generator_logits),
      embedding: Float32Array.from(selfTest.embedding),
    },
  };
}

class Handle implements InferenceRuntime {
  readonly #native: NativeRuntime;

  constructor(native: NativeRuntime) {
    this.#native = native;
  }

  async infer(model: string, request: InferRequest): Promise<InferResult> {
    const { rgb, width, height, tiles, priority, timeoutMs, cancel } = request;
    try {
      const { queueDelayMs, executeMs, batches, ...outputs } = await this.#native.infer(
        model,
        rgb,
        width,
        height,
        tiles,
        PRIORITY[priority],
        timeoutMs,
        cancel,
      );
      return { ...outputs, stats: { queueDelayMs, executeMs, batches } };
    } catch (error) {
      throw explain(error as Error & { code?: NativeErrorCode });
    }
  }

  stats(): RuntimeStats {
    return this.#native.stats() as RuntimeStats;
  }

  info(): RuntimeInfo {
    return this.#native.info() as RuntimeInfo;
  }

  close(): void {
    this.#native.close();
  }
}

function explain(error: Error & { code?: NativeErrorCode }): Error {
  const unavailable = (message: string): AidetError =>
    new AidetError('service_unavailable', message, { retryAfterS: 1, cause: error });
  switch (error.code) {
    case 'CANCELLED':
      return new DOMException('The request was cancelled', 'AbortError');
    case 'QUEUE_FULL':
      return unavailable('Too many tiles wait for inference; try again');
    case 'EXPIRED':
      return unavailable('The deadline passed before inference began; try again');
    case 'CLOSED':
      return unavailable('The server is stopping');
    default:
      return new AidetError('internal_error', `Inference failed: ${error.message}`, { cause: error });
  }
}
