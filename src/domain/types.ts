/** The types that travel the road: one input and one output type a stage. No I/O, no imports from other rooms. */

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'heic' | 'gif' | 'bmp' | 'tiff';

/** What the header says, read before any pixel memory is taken. */
export interface ImageHeader {
  format: ImageFormat;
  /** Pixels as stored, before orientation. */
  width: number;
  height: number;
  /** Frames or pages; only the first is judged. */
  pages: number;
  /** EXIF orientation, 1..8; 1 where there is none. */
  orientation: number;
  /** What the samples mean as stored, alpha aside; decides the way to 8-bit RGB. */
  colour: 'grey' | 'rgb' | 'cmyk';
  /** Bits of one sample as stored. */
  bitsPerSample: number;
}

/** The upright picture: 8-bit RGB, row-major, no padding; `rgb.length === width * height * 3`. */
export interface RgbImage {
  rgb: Uint8Array;
  width: number;
  height: number;
}

export interface ImageInfo {
  sha256: string;
  format: ImageFormat;
  /** Pixels of the upright image. */
  width: number;
  height: number;
  bytes: number;
  pages: number;
}

export type Verdict = 'ai_generated' | 'authentic';
export type DecidedBy = 'model' | 'c2pa' | 'metadata' | 'watermark';

export interface DetectOptions {
  includeAttribution: boolean;
  includeHeatmap: boolean;
  includeForensics: boolean;
  /** 0..1; null: the model's own. */
  modelThreshold: number | null;
  /** Model id; null: the active model. */
  model: string | null;
}

export const DEFAULT_DETECT_OPTIONS: DetectOptions = {
  includeAttribution: false,
  includeHeatmap: false,
  includeForensics: false,
  modelThreshold: null,
  model: null,
};

export interface ForensicsOptions {
  /** Quality of the ELA round trip, 50..99. */
  elaQuality: number;
  /** Whether pictures of the maps are drawn. */
  maps: boolean;
  /** Long side of the pictures in pixels, 256..4096. Statistics are always of the full resolution. */
  mapMaxPx: number;
  /** Whether the maps of error level and noise are drawn over the dimmed picture. */
  overlay: boolean;
  /** Whether the printable report is written. */
  report: boolean;
  /** Whether picture and maps are drawn side by side. */
  sheet: boolean;
}

export const DEFAULT_FORENSICS_OPTIONS: ForensicsOptions = {
  elaQuality: 90,
  maps: true,
  mapMaxPx: 1024,
  overlay: false,
  report: false,
  sheet: false,
};

/** Interactive before batch before async; what keeps the later ones from starving: docs/architecture.md. */
export const PRIORITY = { interactive: 0, batch: 1, async: 2 } as const;
export type Priority = keyof typeof PRIORITY;

/** One piece of what the file itself says about its origin. */
export interface Evidence {
  kind: 'c2pa' | 'metadata' | 'watermark' | 'camera';
  /** Where in the file: `PNG tEXt parameters`, `EXIF Software`, `C2PA active manifest`. */
  source: string;
  /** Id of the trace in docs/provenance.md. */
  trace: string;
  /** Id of `api/generators.json`, or null. */
  generator: string | null;
  claim: 'ai_generated' | 'ai_edited' | 'camera';
  /** Only a trusted C2PA manifest is verified. */
  verified: boolean;
  explanation: string;
}

export interface Region {
  /** Pixels of the upright image. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Mean AI probability inside, 0..1. */
  score: number;
}

/** Per-cell AI probability on the upright image; null where the tile plan did not look. */
export interface HeatmapGrid {
  rows: number;
  cols: number;
  cellPx: number;
  /** Share of the image's area that was looked at, 0..1. */
  coverage: number;
  /** Row-major, rows x cols. */
  values: (number | null)[][];
}

export interface Heatmap extends HeatmapGrid {
  /** Connected areas over the threshold, largest first. */
  regions: Region[];
}

export interface Reliability {
  level: 'low' | 'medium' | 'high';
  reasons: string[];
}

/** What second looks said: the same network at parts of the picture saved again. */
export interface Stability {
  /** Second looks taken, at least 1. */
  looks: number;
  /** Lowest and highest model probability over all looks, the first included. */
  min: number;
  max: number;
  /** Whether all looks lie on one side of the threshold. */
  agree: boolean;
}

export interface ModelRef {
  id: string;
  version: string;
}

/** Milliseconds spent in each stage of the road; sent as `Server-Timing`. */
export interface StageTimes {
  queueMs: number;
  decodeMs: number;
  inferMs: number;
  renderMs: number;
}

/** What the worker measured. Threshold and evidence are applied to it afterwards, by `conclude`. */
export interface Measurement {
  image: ImageInfo;
  model: ModelRef;
  /** The model's own threshold, 0..1. */
  defaultThreshold: number;
  /** Calibrated probability that the image is generated, 0..1. */
  modelProbability: number;
  /** Probability of each generator given that the image is generated; sums to 1. */
  generators: Record<string, number>;
  grid: HeatmapGrid | null;
  /** PNG of the heatmap over the dimmed image, or null where it was not asked for. */
  heatmapPng: Uint8Array | null;
  evidence: Evidence[];
  /** Model probabilities of second looks; empty where none were taken. */
  secondLooks: number[];
  /** Measured quantities that limit trust in the verdict, in words. */
  reservations: Reliability;
  times: StageTimes;
}

/** The answer of the road: everything the wire format needs, without request and transport fields. */
export interface Detection {
  verdict: Verdict;
  /** Probability of the verdict given, 0..1. */
  confidence: number;
  aiProbability: number;
  modelProbability: number;
  threshold: number;
  decidedBy: DecidedBy;
  /** Largest first, at most 5 and `other`, sum 1; {} where authentic; null unless asked for. */
  attribution: Record<string, number> | null;
  heatmap: Heatmap | null;
  heatmapPng: Uint8Array | null;
  c2paManifestPresent: boolean;
  provenance: Evidence[];
  reliability: Reliability;
  /** Null where no second looks were taken. */
  stability: Stability | null;
  image: ImageInfo;
  model: ModelRef;
  times: StageTimes;
}
