import type { PlanLimits, RateState } from '../accounts/types.js';

/**
 * `X-RateLimit-*` as most APIs have them, and `RateLimit`, `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10.
 * None where the rate is unlimited.
 */
export function rateHeaders(state: RateState, limits: PlanLimits, nowMs: number): [string, string][] {
  if (state.limit === null) return [];
  const policies: string[] = [];
  if (limits.sustainedRps !== null)
    policies.push(`"sustained";q=${Math.floor(limits.sustainedRps * 60)};w=60`);
  if (limits.burstRps !== null) policies.push(`"burst";q=${limits.burstRps};w=1`);
  const resetS = Math.max(0, Math.ceil(state.resetUnixS - nowMs / 1000));
  return [
    ['X-RateLimit-Limit', String(state.limit)],
    ['X-RateLimit-Remaining', String(state.remaining)],
    ['X-RateLimit-Reset', String(state.resetUnixS)],
    ['RateLimit-Policy', policies.join(', ')],
    ['RateLimit', `"sustained";r=${state.remaining};t=${resetS}`],
  ];
}
