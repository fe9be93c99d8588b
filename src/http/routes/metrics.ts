import { createHash, timingSafeEqual } from 'node:crypto';
import { AidetError } from '../../domain/errors.js';
import type { Metrics } from '../../observability/metrics.js';
import { noBody, route } from '../exchange.js';

/**
 * GET /metrics
 * @param token asked of the reader as a Bearer token; empty: open.
 */
export function metricsRoute(metrics: Metrics, token: string) {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${token}`);
  return route({
    operationId: 'metrics',
    method: 'GET',
    path: '/metrics',
    endpoint: null,
    read: noBody,
    async handle({ head }) {
      const given = head.headers.get('authorization') ?? '';
      if (token !== '' && !timingSafeEqual(digest(given), wanted))
        throw new AidetError(
          'unauthorized',
          'The metrics need their token: `Authorization: Bearer <metrics_token>`',
        );
      const { contentType, text } = await metrics.render(head.headers.get('accept'));
      return { bytes: Buffer.from(text), contentType };
    },
  });
}
