import type { Accounts } from '../../accounts/types.js';
import { noBody, route } from '../exchange.js';

/** GET /v1/usage */
export function usageRoute(accounts: Pick<Accounts, 'usage'>) {
  return route({
    operationId: 'usage',
    method: 'GET',
    path: '/v1/usage',
    endpoint: 'usage',
    read: noBody,
    handle({ principal }) {
      const { rateLimit, concurrentBatches, ...report } = accounts.usage(principal);
      const value = {
        project: report.project,
        plan: report.plan,
        period: report.period,
        scans: report.scans,
        requests: report.requests,
        rate_limit: { sustained_rps: rateLimit.sustainedRps, burst_rps: rateLimit.burstRps },
        concurrent_batches: { in_flight: concurrentBatches.inFlight, limit: concurrentBatches.limit },
        livemode: report.livemode,
        daily: report.daily,
      };
      return { value };
    },
  });
}
