/** What the addon exports (native/addon/exports.cc). Nothing here is checked by the compiler of the other side. */
export interface NativeAddon {
  /** Version of the package it was built from. */
  version: string;
  Runtime: new (settings: NativeRuntimeSettings) => NativeRuntime;
  /** All forensic kernels over one image, on a thread of libuv's pool. */
  forensics(request: NativeForensicsRequest): Promise<NativeMeasurements>;
}

export interface NativeForensicsRequest {
  /** 8-bit RGB, row-major; must not be changed before the promise settles, like `file`. */
  rgb: Uint8Array;
  width: number;
  height: number;
  /** The file's bytes where it is a JPEG. */
  file: Uint8Array | null;
  /** Where that file's 8 x 8 grid lies in the upright image, 0..7. */
  fileGridX: number;
  fileGridY: number;
  /** 1..100 */
  elaQuality: number;
  /** Qualities of the ghosts' map and of their curve, 1 to 64 of each, 1..100 each. */
  qualities: Uint8Array;
  curveQualities: Uint8Array;
  /** Long side of the ELA map in pixels; 0: no map. */
  mapSide: number;
  /** `scalar`, `avx2`, `avx512`, `neon` or `cuda`; null: the fastest of the CPU's that runs here. */
  target: string | null;
  /** Looked at between kernels; given up once element 0 is not 0. */
  cancel: Int32Array | null;
}

export interface NativeGrid {
  /** Block borders stand before pixels offset, offset + 8, ... */
  offset: number;
  /** Standard errors by which the contrast there stands above the other phases'. */
  significance: number;
}

export interface NativeQuantisation {
  /** 64 steps, row-major. */
  steps: Uint16Array;
  /** libjpeg's quality with the nearest table, and the mean absolute difference to it; 0: exactly that table. */
  quality: number;
  distance: number;
}

export interface NativeJpeg {
  progressive: boolean;
  arithmetic: boolean;
  /** Some Huffman table is not one of ITU-T T.81's examples. */
  optimisedHuffman: boolean;
  restartInterval: number;
  scans: number;
  /** Bytes behind the end of the image. */
  trailingBytes: number;
  /** The first comment, at most 128 bytes, as Latin-1. */
  comment: string;
  /** `2x2,1x1,1x1`: horizontal and vertical factor of each component. */
  sampling: string;
  /** Application segments in the order of the file: `jfif,exif,icc,adobe,...`. */
  segments: string;
  luma: NativeQuantisation | null;
  chroma: NativeQuantisation | null;
}

/** Blocks are 16 x 16 pixels, row-major, the last of a row or column may be smaller. native/forensics says more. */
export interface NativeMeasurements {
  target: string;
  subsampling: '4:4:4' | '4:2:0';
  /** Per block: sum over pixels and channels of |image - image after the round trip|. */
  elaSums: Uint32Array;
  /** mapWidth x mapHeight: mean over the pixel's area of the largest channel's difference, in sixteenths of a level. */
  elaMap: Uint16Array;
  mapWidth: number;
  mapHeight: number;
  /** Per block: standard deviation of the median residual, in grey levels; mean grey value. */
  noiseDeviation: Float32Array;
  greyMean: Float32Array;
  /** Sums over all pixels of the residual's powers 1, 2, 4. */
  residualSums: Float64Array;
  /** 256 x 256 mean power, FFT order; empty where a side is under 256 pixels. */
  power: Float32Array;
  radial: Float32Array;
  spectrumBlocks: number;
  /** Sums of |second difference| along x by column, along y by row. */
  columnDifferences: Uint32Array;
  rowDifferences: Uint32Array;
  /**
   * Per whole cell of 32 x 32 pixels, row-major: [axis][phase of 8], the sum of the contrasts of its four block borders,
   * along x and along y; native/forensics/jpeg_history/grid.h.
   */
  gridCells: Float32Array;
  gridX: NativeGrid;
  gridY: NativeGrid;
  /** Offset of the block grid that ghosts and histograms were taken on. */
  ghostX: number;
  ghostY: number;
  /** Per quality and block of whole 8 x 8 blocks: mean squared error of requantisation; empty under 8 x 8 pixels. */
  ghostEnergy: Float32Array;
  /** Per curve quality: the same over the image, from at most 6144 blocks of 8 x 8 in evenly spread rows. */
  ghostCurve: Float64Array;
  /** 9 modes (zigzag 1..9) x 2048 coefficients, -1024 first. */
  histograms: Uint32Array;
  /** Null where the file is not a JPEG. */
  jpeg: NativeJpeg | null;
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
