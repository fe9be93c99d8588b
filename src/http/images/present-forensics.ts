import type { Forensics, ResamplingTrace } from '../../forensics/types.js';
import type { components } from '../generated/api.js';

export type WireForensics = components['schemas']['Forensics'];

/** Where the pictures lie; null: not drawn, not asked for or not stored. */
export interface ForensicUrls {
  ela_url: string | null;
  spectrum_url: string | null;
  noise_url: string | null;
  report_url: string | null;
}

/** `forensics` of detect and the answer of /v1/forensics, by wire names; docs/forensics.md defines each figure. */
export function presentForensics(f: Forensics, artifacts: ForensicUrls): WireForensics {
  return {
    ela: {
      ...f.ela,
      mean: rounded(f.ela.mean),
      p95: rounded(f.ela.p95),
      inconsistency: rounded(f.ela.inconsistency),
    },
    frequency: {
      ...presentFrequency(f),
      resampling: { x: presentTrace(f.resampling.x), y: presentTrace(f.resampling.y) },
    },
    noise: {
      sigma: rounded(f.noise.sigma),
      kurtosis: rounded(f.noise.kurtosis),
      inconsistency: rounded(f.noise.inconsistency),
    },
    jpeg: presentJpeg(f),
    metadata_findings: f.metadataFindings,
    artifacts,
    summary: {
      manipulation_score: rounded(f.manipulationScore),
      findings: f.findings.map(({ code, severity, message, region }) => ({
        code,
        severity,
        message,
        ...(region && { region }),
      })),
    },
    image: f.image,
  };
}

/** Nulls where a side is under 256 pixels. */
function presentFrequency({ frequency }: Forensics) {
  return {
    block_px: 256,
    blocks: frequency?.blocks ?? 0,
    slope: frequency && rounded(frequency.slope),
    anisotropy: frequency && rounded(frequency.anisotropy),
    upsampling: frequency && {
      half: rounded(frequency.upsampling.half),
      quarter: rounded(frequency.upsampling.quarter),
      eighth: rounded(frequency.upsampling.eighth),
    },
    peaks:
      frequency?.peaks.map(({ fx, fy, periodPx, significance }) => ({
        fx,
        fy,
        period_px: rounded(periodPx),
        significance: rounded(significance),
      })) ?? [],
    radial_profile: frequency?.radial.map(rounded) ?? [],
  };
}

function presentTrace({ frequency, significance, factors }: ResamplingTrace) {
  return { frequency: rounded(frequency), significance: rounded(significance), factors };
}

function presentJpeg({ jpeg }: Forensics) {
  return (
    jpeg && {
      source: jpeg.source,
      quality: jpeg.quality,
      standard_tables: jpeg.standardTables,
      luma_table: jpeg.lumaTable,
      chroma_table: jpeg.chromaTable,
      sampling: jpeg.sampling,
      progressive: jpeg.progressive,
      first_quality: jpeg.firstQuality,
      double_compression: jpeg.doubleCompression === null ? null : rounded(jpeg.doubleCompression),
      ghosts: jpeg.ghosts.map(({ quality, error }) => ({ quality, error: rounded(error) })),
      ghost_minima: jpeg.ghostMinima.map(({ quality, depth }) => ({ quality, depth: rounded(depth) })),
      grid: { x: jpeg.grid.x, y: jpeg.grid.y, significance: rounded(jpeg.grid.significance) },
    }
  );
}

/** Five significant digits: more is noise of the method. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
