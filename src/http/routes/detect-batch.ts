import type { Accounts } from '../../accounts/types.js';
import { Batch, type BatchDeps } from '../batch/batch.js';
import { type BatchLimits, readBatch } from '../batch/reader.js';
import { errorBody } from '../errors.js';
import { route } from '../exchange.js';

export interface DetectBatchDeps extends BatchDeps {
  accounts: Pick<Accounts, 'charge' | 'beginBatch'>;
}

/** POST /v1/detect/batch */
export function detectBatchRoute(deps: DetectBatchDeps, limits: BatchLimits & { statusPageUrl: string }) {
  return route<Batch>({
    operationId: 'detectBatch',
    method: 'POST',
    path: '/v1/detect/batch',
    endpoint: 'detect_batch',
    read(exchange) {
      const { principal, head } = exchange;
      exchange.onFinished(deps.accounts.beginBatch(principal));
      // Where nothing is left, the whole is refused; taken and given back, it tells.
      deps.accounts.charge(principal, 1).settle(0);
      const batch = new Batch(deps, limits, exchange, !head.headers.has('idempotency-key'));
      return readBatch(exchange, batch, limits);
    },
    fingerprint: (batch) => batch.fingerprint(),
    async handle(exchange, batch) {
      const results = await batch.finish();
      const count = (verdict: string): number =>
        results.filter((r) => r.status === 'ok' && r.verdict === verdict).length;
      const succeeded = results.filter((r) => r.status === 'ok').length;
      exchange.note({ images: results.length, succeeded });
      const value = {
        results: results.map((result) =>
          result.status === 'ok'
            ? result
            : { ...result, ...errorBody(result.error, exchange.requestId, limits.statusPageUrl) },
        ),
        summary: {
          total: results.length,
          succeeded,
          failed: results.length - succeeded,
          ai_generated: count('ai_generated'),
          authentic: count('authentic'),
        },
        request_id: exchange.requestId,
        latency_ms: exchange.latencyMs(),
      };
      return { value };
    },
  });
}
