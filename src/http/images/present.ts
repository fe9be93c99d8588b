import type { DetectResult } from '../../pipeline/types.js';
import type { components } from '../generated/api.js';
import type { DetectionUrls } from './artifact-placer.js';
import { presentForensics } from './present-forensics.js';

export type WireDetection = components['schemas']['Detection'];

/** Digits of a cell's probability: what a colour can show, at a third of the length. */
const CELL_DIGITS = 4;

export interface Presentation {
  metadata: Record<string, unknown>;
  urls: DetectionUrls;
  requestId: string;
  latencyMs: number;
  livemode: boolean;
}

/** The answer of `detect` by its wire names, the stable contract first. */
export function presentDetection(result: DetectResult, also: Presentation): WireDetection {
  return {
    verdict: result.verdict,
    confidence: result.confidence,
    model_attribution: result.attribution,
    heatmap_url: also.urls.heatmap,
    c2pa_manifest_present: result.c2paManifestPresent,
    metadata: also.metadata,
    request_id: also.requestId,
    latency_ms: also.latencyMs,
    ai_probability: result.aiProbability,
    model_probability: result.modelProbability,
    threshold: result.threshold,
    reliability: result.reliability,
    ...(result.stability && { stability: result.stability }),
    decided_by: result.decidedBy,
    provenance: result.provenance,
    heatmap: result.heatmap && {
      rows: result.heatmap.rows,
      cols: result.heatmap.cols,
      cell_px: result.heatmap.cellPx,
      coverage: result.heatmap.coverage,
      values: result.heatmap.values.map((row) => row.map(roundCell)),
      regions: result.heatmap.regions,
    },
    ...(result.forensics && also.urls.forensics
      ? { forensics: presentForensics(result.forensics, also.urls.forensics) }
      : {}),
    image: result.image,
    model: result.model,
    cached: result.cached,
    livemode: also.livemode,
  };
}

function roundCell(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(CELL_DIGITS));
}
