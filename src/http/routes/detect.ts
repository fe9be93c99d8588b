import type { Accounts } from '../../accounts/types.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Pipeline } from '../../pipeline/types.js';
import { route } from '../exchange.js';
import type { ArtifactPlacer } from '../images/artifact-placer.js';
import type { Intake, PlacedRequest } from '../images/intake.js';
import { type DetectRequest, detectRequest } from '../images/options.js';
import { presentDetection } from '../images/present.js';
import { blame, contentOf } from '../images/source.js';
import { observeVerdict } from '../observe-verdict.js';
import { serverTiming, traceStages } from '../server-timing.js';
import { fieldTypes } from '../validation.js';

export interface DetectDeps {
  accounts: Pick<Accounts, 'charge'>;
  pipeline: Pick<Pipeline, 'detect'>;
  intake: Intake;
  placer: ArtifactPlacer;
  metrics: Metrics;
}

/** POST /v1/detect */
export function detectRoute({ accounts, pipeline, intake, placer, metrics }: DetectDeps) {
  return route<PlacedRequest & { asked: DetectRequest }>({
    operationId: 'detect',
    method: 'POST',
    path: '/v1/detect',
    endpoint: 'detect',
    read(exchange) {
      const body = intake.reader(exchange, fieldTypes('DetectOptions'));
      return {
        ...body,
        async end() {
          const request = await body.end();
          return { ...request, asked: detectRequest(request.fields) };
        },
      };
    },
    fingerprint: ({ source, asked }) => JSON.stringify([contentOf(source), asked]),
    async handle(exchange, { source, place, asked }) {
      const { principal } = exchange;
      const charge = accounts.charge(principal, 1);
      let used = 0;
      try {
        const bytes = await intake.obtain(exchange, source, place);
        const begunMs = performance.now();
        const result = await pipeline.detect({ bytes }, asked.options, {
          signal: exchange.signal,
          priority: 'interactive',
          timeoutMs: exchange.remainingMs(),
          cache: { scope: principal.projectId, ttlS: principal.retention.resultsS },
        });
        traceStages(exchange, begunMs, result);
        const placeMs = performance.now();
        const urls = await placer.placeDetection(result, principal, asked.heatmapInline);
        exchange.stage('store', placeMs, performance.now());
        exchange.signal.throwIfAborted();
        used = 1;
        observeVerdict(metrics, result);
        exchange.note({ verdict: result.verdict, cached: result.cached });
        const value = presentDetection(result, {
          metadata: asked.metadata,
          urls,
          requestId: exchange.requestId,
          latencyMs: exchange.latencyMs(),
          livemode: principal.livemode,
        });
        return { value, headers: [serverTiming(result)] };
      } catch (error) {
        throw blame(error, source);
      } finally {
        charge.settle(used);
      }
    },
  });
}
