import type { Metrics } from '../observability/metrics.js';
import type { DetectResult } from '../pipeline/types.js';

/** Counts a verdict, and the time of its stages where it was measured anew. */
export function observeVerdict(metrics: Metrics, { verdict, decidedBy, cached, times }: DetectResult): void {
  metrics.add('aidet_verdicts_total', 1, { verdict, decided_by: decidedBy, cached: String(cached) });
  if (cached) return;
  metrics.observe('aidet_stage_seconds', times.queueMs / 1000, { stage: 'queue' });
  metrics.observe('aidet_stage_seconds', times.decodeMs / 1000, { stage: 'decode' });
  metrics.observe('aidet_stage_seconds', times.inferMs / 1000, { stage: 'infer' });
  metrics.observe('aidet_stage_seconds', times.renderMs / 1000, { stage: 'render' });
}
