import type { ModelPackage } from '../domain/model.js';
import type { Priority } from '../domain/types.js';

export interface InferRequest {
  /** Upright 8-bit RGB, row-major, `width * height * 3` bytes. Must be neither changed nor transferred before the promise settles. */
  rgb: Uint8Array;
  width: number;
  height: number;
  /** Left and top of each tile in pixels: x0, y0, x1, y1, ... A tile may reach over the right and bottom edge only where the axis is shorter than a tile; it is reflected there. */
  tiles: Int32Array;
  priority: Priority;
  /** Milliseconds from now after which tiles that have not begun are dropped. */
  timeoutMs: number;
  /** Tiles that have not begun are dropped once element 0 is not 0. */
  cancel?: Int32Array<SharedArrayBuffer>;
}

/** n tiles, row-major in the order of the request. */
export interface InferResult {
  /** n */
  tileLogits: Float32Array;
  /** n x patchRows x patchCols */
  patchLogits: Float32Array;
  patchRows: number;
  patchCols: number;
  /** n x generators of the manifest */
  generatorLogits: Float32Array;
  /** n x embedding size */
  embedding: Float32Array;
  /** Delay until the first tile began; time of all batches that held one of its tiles, their company included. */
  stats: { queueDelayMs: number; executeMs: number; batches: number };
}

/** Sums since start; differences of two readings are rates. `rejected` to `failed` count requests. */
export interface RuntimeStats {
  lanes: number;
  queuedTiles: number;
  runningTiles: number;
  tilesMax: number;
  batches: number;
  tiles: number;
  rejected: number;
  expired: number;
  cancelled: number;
  failed: number;
  /** Over batches, packing included. */
  executeMsTotal: number;
  /** Over tiles: from the request's arrival until the tile's batch begins. */
  queueDelayMsTotal: number;
  /** Upper bounds in milliseconds and counts; the last count has no upper bound. */
  queueDelayHistogram: { boundsMs: number[]; counts: number[] };
  executeHistogram: { boundsMs: number[]; counts: number[] };
  batchSizeHistogram: { bounds: number[]; counts: number[] };
}

export interface RuntimeInfo {
  executionProvider: 'cpu' | 'cuda' | 'tensorrt';
  /** One entry a provider of the chain that was tried and refused, with the reason. */
  refusedProviders: { provider: string; reason: string }[];
  ortVersion: string;
  ortLibrary: string;
  lanes: number;
  /** Instruction sets of this machine that decide how fast it is, for example `avx2`. */
  cpuFeatures: string[];
  /** Models loaded, self-test passed. */
  models: { id: string; version: string }[];
}

export interface RuntimeSettings {
  models: ModelPackage[];
  /** Path of libonnxruntime.so.1. */
  ortLibrary: string;
  executionProvider: 'auto' | 'tensorrt' | 'cuda' | 'cpu';
  /** CPU lanes, one thread each. */
  inferenceThreads: number;
  queueDelayMaxMs: number;
  queueTilesMax: number;
}

/**
 * A handle on the one native runtime of the process. The first `open` builds it, later ones (workers) share it;
 * it ends with the last handle.
 *
 * `infer` rejects with AidetError: `service_unavailable` (queue full, deadline over, device lost, closing),
 * `internal_error` else; a cancelled request rejects with an AbortError.
 */
export interface InferenceRuntime {
  infer(model: string, request: InferRequest): Promise<InferResult>;
  stats(): RuntimeStats;
  info(): RuntimeInfo;
  close(): void;
}
