import { presentAttribution } from './attribution.js';
import { fuse } from './evidence.js';
import { findRegions } from './heatmap.js';
import { limitedBy, nearThreshold, unstable } from './reliability.js';
import { assessStability } from './second-looks.js';
import type { Detection, DetectOptions, Evidence, Measurement, Verdict } from './types.js';

export interface C2paFinding {
  present: boolean;
  evidence: Evidence[];
  /** Why a manifest was not looked at, where that says nothing of the file: load, or a limit of time or memory. */
  unverified?: string;
}

/**
 * From what was measured to the answer: evidence, threshold, verdict. Pure, so that a cached measurement gives the
 * same answer under any threshold.
 */
export function conclude(measured: Measurement, c2pa: C2paFinding, options: DetectOptions): Detection {
  const fused = fuse(measured.modelProbability, [...c2pa.evidence, ...measured.evidence]);
  const threshold = options.modelThreshold ?? measured.defaultThreshold;
  const verdict: Verdict = fused.aiProbability >= threshold ? 'ai_generated' : 'authentic';
  const generated = verdict === 'ai_generated';
  const { width, height } = measured.image;
  const stability = assessStability(measured.modelProbability, measured.secondLooks, threshold);
  return {
    verdict,
    confidence: generated ? fused.aiProbability : 1 - fused.aiProbability,
    aiProbability: fused.aiProbability,
    modelProbability: measured.modelProbability,
    threshold,
    decidedBy: fused.decidedBy,
    attribution: !options.includeAttribution
      ? null
      : generated
        ? presentAttribution(measured.generators)
        : {},
    heatmap: measured.grid && {
      ...measured.grid,
      regions: findRegions(measured.grid, threshold, width, height),
    },
    heatmapPng: measured.heatmapPng,
    c2paManifestPresent: c2pa.present,
    provenance: fused.provenance,
    reliability: limitedBy(
      fused.decidedBy === 'model'
        ? unstable(nearThreshold(measured.reservations, fused.aiProbability, threshold), stability)
        : measured.reservations,
      [...fused.contradictions, ...(c2pa.unverified === undefined ? [] : [c2pa.unverified])],
    ),
    stability,
    image: measured.image,
    model: measured.model,
    times: measured.times,
  };
}
