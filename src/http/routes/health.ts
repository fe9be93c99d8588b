import type { ModelRef } from '../../domain/types.js';
import { noBody, type Route, route } from '../exchange.js';

export type CheckState = 'ok' | 'degraded' | 'unavailable';

export interface HealthDeps {
  version: string;
  /** Of the source that was built; null where it is not known. */
  commit: string | null;
  startedMs: number;
  nowMs: () => number;
  model: () => ModelRef;
  executionProvider: () => 'cpu' | 'cuda' | 'tensorrt';
  /** Each part's state, by its name. */
  checks: () => Record<string, CheckState>;
}

/** GET /v1/health, /livez, /readyz */
export function healthRoutes(deps: HealthDeps): Route[] {
  const worst = (checks: Record<string, CheckState>): CheckState => {
    const states = Object.values(checks);
    return states.includes('unavailable') ? 'unavailable' : states.includes('degraded') ? 'degraded' : 'ok';
  };
  const open = { method: 'GET', endpoint: null, read: noBody } as const;
  return [
    route({
      ...open,
      operationId: 'health',
      path: '/v1/health',
      handle() {
        const checks = deps.checks();
        const status = worst(checks);
        const value = {
          status,
          version: deps.version,
          commit: deps.commit,
          uptime_s: Math.floor((deps.nowMs() - deps.startedMs) / 1000),
          model: deps.model(),
          execution_provider: deps.executionProvider(),
          checks,
        };
        return { status: status === 'unavailable' ? 503 : 200, value };
      },
    }),
    route({ ...open, operationId: 'livez', path: '/livez', handle: () => ({ value: { status: 'ok' } }) }),
    route({
      ...open,
      operationId: 'readyz',
      path: '/readyz',
      handle() {
        const status = worst(deps.checks());
        return { status: status === 'unavailable' ? 503 : 200, value: { status } };
      },
    }),
  ];
}
