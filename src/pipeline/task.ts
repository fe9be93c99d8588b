import type { PlainError } from '../domain/errors.js';
import type { ForensicsOptions, Measurement, Priority } from '../domain/types.js';
import type { Forensics } from '../forensics/types.js';
import type { RuntimeSettings } from '../inference/types.js';

/** What a worker thread is started with. */
export interface WorkerSettings {
  runtime: RuntimeSettings;
  limits: { imageBytesMax: number; imagePixelsMax: number };
  /** Shared count of decoded KiB and its bound in bytes. */
  decoded: { shared: Int32Array<SharedArrayBuffer>; bytesMax: number };
  /** Instruction set of the forensic kernels; null: the fastest. */
  forensicsTarget: string | null;
  /** Most tiles that second looks add to an image, and the count of images whose waiting forbids them. */
  secondLooks: { tilesMax: number; waiting: Int32Array<SharedArrayBuffer> };
}

/** One image on its way into a worker. */
export interface MeasureTask {
  bytes: Uint8Array;
  sha256: string;
  /** Null where no verdict is wanted. */
  detect: { model: string; includeHeatmap: boolean } | null;
  /** Null where no forensics are wanted. */
  forensics: ForensicsOptions | null;
  priority: Priority;
  /** Milliseconds left until the deadline. */
  timeoutMs: number;
  /** Element 0 is not 0 once the request is cancelled or its deadline over. */
  cancel: Int32Array<SharedArrayBuffer>;
}

export interface Measured {
  measurement: Measurement | null;
  forensics: Forensics | null;
}

/** Structured clone keeps no error classes, so a failure travels as a value. */
export type MeasureOutcome = Measured | { error: PlainError };
