import type { Detection, DetectOptions, ForensicsOptions, ModelRef, Priority } from '../domain/types.js';
import type { Forensics } from '../forensics/types.js';
import type { Reservation } from './admission.js';
import type { ArtifactMemo } from './verdict-cache.js';

export interface DetectInput {
  /** The image file. Its buffer is transferred to a worker: the caller must not use it afterwards. */
  bytes: Uint8Array;
}

export interface DetectContext {
  /** Aborted where the client went away; its place in every queue is freed. */
  signal: AbortSignal;
  priority: Priority;
  /** Milliseconds from now; afterwards the answer is `service_unavailable`. */
  timeoutMs: number;
  /** Verdicts are cached per project, no longer than it allows (null: as long as the settings say); absent: not cached. */
  cache?: { scope: string; ttlS: number | null };
}

/** A detection and whether it came from the verdict cache. */
export interface DetectResult extends Detection {
  cached: boolean;
  /** Null unless asked for. */
  forensics: Forensics | null;
  /** Ids of artifacts made from this result; kept with the cache entry, so that a cached answer names the same. */
  memo: ArtifactMemo;
}

export interface PipelineLoad {
  images: number;
  bytes: number;
  queuedImages: number;
}

/** The one road: http, jobs, CLI and evaluation call the same `detect` and `forensics`. */
export interface Pipeline {
  /**
   * Rejects with AidetError, or with an AbortError where `signal` was aborted.
   * `invalid_request`, `image_too_large`, `image_unsupported_format`: the image. `service_unavailable`: queue
   * full, deadline over, closing. `not_found`: an unknown model id (`param` is `model`).
   */
  detect(input: DetectInput, options: DetectOptions, context: DetectContext): Promise<DetectResult>;
  /** The same road without a verdict; never cached. Rejects as `detect` does. */
  forensics(input: DetectInput, options: ForensicsOptions, context: DetectContext): Promise<Forensics>;
  /** A share of the in-flight budget, empty at first; must be released in the end. */
  reserve(priority: Priority): Reservation;
  load(): PipelineLoad;
  ready(): boolean;
  models(): ModelRef[];
  close(): Promise<void>;
}
