import type { Accounts } from '../../accounts/types.js';
import type { Metrics } from '../../observability/metrics.js';
import type { DetectResult, Pipeline } from '../../pipeline/types.js';
import { route } from '../exchange.js';
import type { HeatmapPlacer } from '../images/heatmap-picture.js';
import type { Intake, PlacedRequest } from '../images/intake.js';
import { DETECT_FIELDS, type DetectRequest, detectRequest } from '../images/options.js';
import { presentDetection } from '../images/present.js';
import { blame } from '../images/source.js';
import { serverTiming } from '../server-timing.js';

export interface DetectDeps {
  accounts: Pick<Accounts, 'charge'>;
  pipeline: Pick<Pipeline, 'detect'>;
  intake: Intake;
  placeHeatmap: HeatmapPlacer;
  metrics: Metrics;
}

/** POST /v1/detect */
export function detectRoute({ accounts, pipeline, intake, placeHeatmap, metrics }: DetectDeps) {
  return route<PlacedRequest & { asked: DetectRequest }>({
    operationId: 'detect',
    method: 'POST',
    path: '/v1/detect',
    endpoint: 'detect',
    read(exchange) {
      const body = intake.reader(exchange, DETECT_FIELDS);
      return {
        ...body,
        async end() {
          const request = await body.end();
          return { ...request, asked: detectRequest(request.fields) };
        },
      };
    },
    async handle(exchange, { source, place, asked }) {
      const { principal } = exchange;
      const charge = accounts.charge(principal, 1);
      let used = 0;
      try {
        const bytes = await intake.obtain(exchange, source, place);
        const result = await pipeline.detect({ bytes }, asked.options, {
          signal: exchange.signal,
          priority: 'interactive',
          timeoutMs: exchange.remainingMs(),
          cacheScope: principal.projectId,
        });
        const heatmapUrl = await placeHeatmap(result, principal.projectId, asked.heatmapInline);
        exchange.signal.throwIfAborted();
        used = 1;
        observeVerdict(metrics, result);
        exchange.note({ verdict: result.verdict, cached: result.cached });
        const value = presentDetection(result, {
          metadata: asked.metadata,
          heatmapUrl,
          requestId: exchange.requestId,
          latencyMs: exchange.latencyMs(),
          livemode: principal.livemode,
        });
        return { value, headers: [serverTiming(result.times)] };
      } catch (error) {
        throw blame(error, source);
      } finally {
        charge.settle(used);
      }
    },
  });
}

export function observeVerdict(metrics: Metrics, { verdict, decidedBy, cached, times }: DetectResult): void {
  metrics.add('aidet_verdicts_total', 1, { verdict, decided_by: decidedBy, cached: String(cached) });
  if (cached) return;
  metrics.observe('aidet_stage_seconds', times.queueMs / 1000, { stage: 'queue' });
  metrics.observe('aidet_stage_seconds', times.decodeMs / 1000, { stage: 'decode' });
  metrics.observe('aidet_stage_seconds', times.inferMs / 1000, { stage: 'infer' });
  metrics.observe('aidet_stage_seconds', times.renderMs / 1000, { stage: 'render' });
}
