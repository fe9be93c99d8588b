/** What the addon exports (native/addon/exports.cc). Nothing here is checked by the compiler of the other side. */
export interface NativeAddon {
  /** Version of the package it was built from. */
  version: string;
  Runtime: new (settings: NativeRuntimeSettings) => NativeRuntime;
}

export interface NativeModel {
  id: string;
  version: string;
  path: string;
  input: string;
  channelsLast: boolean;
  tile: number;
  scale: number;
  mean: number[];
  std: number[];
  logit: string;
  patchLogits: string;
  generatorLogits: string;
  embedding: string;
  generators: number;
  batchSizes: number[];
  selfTest: NativeSelfTest;
}

/** A picture of tiles beside each other, one tile high, and what each must yield. */
export interface NativeSelfTest {
  rgb: Uint8Array;
  tolerance: number;
  tileLogits: Float32Array;
  patchLogits: Float32Array;
  generatorLogits: Float32Array;
  embedding: Float32Array;
}

export interface NativeRuntimeSettings {
  models: NativeModel[];
  ortLibrary: string;
  /** Tried in this order. */
  providers: ('tensorrt' | 'cuda' | 'cpu')[];
  lanes: number;
  tilesMax: number;
  delayMaxMs: number;
}

export interface NativeResult {
  tileLogits: Float32Array;
  patchLogits: Float32Array;
  patchRows: number;
  patchCols: number;
  generatorLogits: Float32Array;
  embedding: Float32Array;
  queueDelayMs: number;
  executeMs: number;
  batches: number;
}

/** Errors thrown and rejected have one of these as `code`. */
export type NativeErrorCode = 'INVALID' | 'QUEUE_FULL' | 'EXPIRED' | 'CANCELLED' | 'CLOSED' | 'FAILED';

export interface NativeRuntime {
  infer(
    model: string,
    rgb: Uint8Array,
    width: number,
    height: number,
    tiles: Int32Array,
    priority: number,
    timeoutMs: number,
    cancel: Int32Array | undefined,
  ): Promise<NativeResult>;
  stats(): unknown;
  info(): unknown;
  close(): void;
}
