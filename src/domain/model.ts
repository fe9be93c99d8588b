/** `models/<id>/manifest.json`, schema 1: everything that the road must know of a network. */
export interface ModelManifest {
  schema: 1;
  id: string;
  version: string;
  /** File name beside the manifest. */
  file: string;
  /** Lower-case hex of the file. */
  sha256: string;
  input: {
    name: string;
    layout: 'NCHW' | 'NHWC';
    channels: 'RGB';
    dtype: 'float32';
    /** Side of the square tile in pixels. */
    tile: number;
    /** value = (byte * scale - mean[c]) / std[c] */
    scale: number;
    mean: [number, number, number];
    std: [number, number, number];
  };
  outputs: { logit: string; patch_logits: string; generator_logits: string; embedding: string };
  /** Side in tile pixels of the square that one patch logit speaks of. */
  patch_px: number;
  tile_plan: { stride: number; max_tiles: number; short_axis: 'edges'; padding: 'reflect' };
  aggregation: 'mean_logit';
  /** p = 1 / (1 + exp(-(a * logit + b))) */
  calibration: { method: 'platt'; a: number; b: number };
  threshold: number;
  /** Measured rates on held-out images: at this threshold so many generated and authentic ones are told right. */
  operating_points?: { threshold: number; true_positive_rate: number; false_positive_rate: number }[];
  generators: { id: string; family: string; display_name?: string; vendor?: string }[];
  /**
   * Batch sizes to prefer, smallest first; left out: powers of two. A CPU uses the first alone: single tiles are fastest
   * there, and give the same bits in any company whatever the network.
   */
  preferred_batch_sizes?: number[];
  licence: string;
}

/** self_test.json: what the network answers to the computed picture of src/inference/self-test.ts, tile after tile. */
export interface ModelSelfTest {
  /** Of the ONNX file that gave the answers. */
  sha256: string;
  /** Largest difference allowed, absolute up to 1 and relative beyond. */
  tolerance: number;
  tile_logits: number[];
  patch_logits: number[];
  generator_logits: number[];
  embedding: number[];
}

/** A manifest whose file was found and hashed. */
export interface ModelPackage {
  manifest: ModelManifest;
  selfTest: ModelSelfTest;
  /** Absolute path of the ONNX file. */
  path: string;
}
