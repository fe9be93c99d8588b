import type { ForensicsOptions, ImageInfo } from '../domain/types.js';

/** Pixels of the upright image. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Severity = 'info' | 'low' | 'medium' | 'high';

export interface ForensicFinding {
  /** One of docs/forensics.md. */
  code: string;
  severity: Severity;
  message: string;
  region?: Box;
  /** 0..1, what it adds to the manipulation score; 0 for what is no sign of manipulation. */
  weight: number;
}

export interface MetadataFinding {
  code: string;
  severity: Severity;
  /** Where in the file it was read: `JPEG APP13`, `JPEG tables`. */
  source: string;
  message: string;
}

export interface ElaStatistics {
  quality: number;
  subsampling: '4:4:4' | '4:2:0';
  /** Mean absolute difference over all pixels and channels, grey levels. */
  mean: number;
  /** 95th percentile of the means of 16 x 16 blocks, grey levels. */
  p95: number;
  /** Share of windows beyond 3 spreads of what their texture has elsewhere in the image, 0..1. */
  inconsistency: number;
}

export interface SpectrumPeak {
  /** Cycles a pixel, -0.5..0.5 and 0..0.5. */
  fx: number;
  fy: number;
  periodPx: number;
  /** Standard errors above the median of its surroundings. */
  significance: number;
}

export interface ResamplingTrace {
  /** Cycles a pixel, 0..0.5; 0 where nothing stands out. */
  frequency: number;
  /** Times the median magnitude. */
  significance: number;
  /** Enlargements that leave this frequency, smallest first. */
  factors: number[];
}

export interface FrequencyStatistics {
  blockPx: number;
  blocks: number;
  /** Exponent of power over frequency. */
  slope: number;
  /** Decades between the strongest and the weakest of eight directions. */
  anisotropy: number;
  /** Largest significance on the lattice of each period, mapped to 0..1. */
  upsampling: { half: number; quarter: number; eighth: number };
  peaks: SpectrumPeak[];
  /** Mean power of 64 rings up to Nyquist. */
  radial: number[];
}

export interface NoiseStatistics {
  /** Median of the blocks' standard deviation of the median residual, grey levels. */
  sigma: number;
  /** Excess kurtosis of the residual; 0 for a Gaussian. */
  kurtosis: number;
  /** Share of windows an octave and more from the image's own noise level function, 0..1. */
  inconsistency: number;
}

export interface GridOffset {
  x: number;
  y: number;
  /** The lesser of both axes, standard errors. */
  significance: number;
}

export interface JpegStatistics {
  /** `file`: the file is a JPEG; `pixels`: another format whose pixels were a JPEG once. */
  source: 'file' | 'pixels';
  quality: number | null;
  /** Whether the table is exactly libjpeg's of that quality. */
  standardTables: boolean | null;
  lumaTable: number[] | null;
  chromaTable: number[] | null;
  sampling: string | null;
  progressive: boolean | null;
  /** Local minima of the ghost curve, coarsest first. */
  ghostMinima: { quality: number; depth: number }[];
  ghosts: { quality: number; error: number }[];
  /** Quality of the first saving as the ghosts show it. */
  firstQuality: number | null;
  /** 0..1, periodicity of the DCT histograms at the file's own steps. */
  doubleCompression: number | null;
  grid: GridOffset;
}

export interface ForensicMeasures {
  ela: ElaStatistics;
  frequency: FrequencyStatistics | null;
  resampling: { x: ResamplingTrace; y: ResamplingTrace };
  noise: NoiseStatistics;
  jpeg: JpegStatistics | null;
  metadataFindings: MetadataFinding[];
  findings: ForensicFinding[];
  /** 0..1 */
  manipulationScore: number;
  /** Instruction set of the kernels: provenance of the figures. */
  target: string;
}

export interface ForensicPictures {
  ela: Uint8Array;
  /** Null under 256 pixels a side. */
  spectrum: Uint8Array | null;
  noise: Uint8Array;
}

/** All that the road gives: figures, findings, pictures. */
export interface Forensics extends ForensicMeasures {
  image: ImageInfo;
  options: ForensicsOptions;
  /** Of the software. */
  version: string;
  pictures: ForensicPictures | null;
  /** PNG of the picture and its maps side by side. */
  sheet: Uint8Array | null;
  /** HTML in UTF-8. */
  report: Uint8Array | null;
}
