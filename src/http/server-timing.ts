import type { StageTimes } from '../domain/types.js';
import type { DetectResult } from '../pipeline/types.js';
import type { Exchange } from './exchange.js';

type Walked = Pick<DetectResult, 'cached' | 'times'>;

const stagesOf = (times: StageTimes): [name: string, ms: number][] => [
  ['queue', times.queueMs],
  ['decode', times.decodeMs],
  ['infer', times.inferMs],
  ['render', times.renderMs],
];

/** `Server-Timing` (W3C): milliseconds of each stage of the road, or that nothing had to walk it. */
export function serverTiming({ cached, times }: Walked): [string, string] {
  if (cached) return ['Server-Timing', 'cache;desc="hit"'];
  const stages = stagesOf(times).map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`);
  return ['Server-Timing', stages.join(', ')];
}

/**
 * The same for the request's trace. Stages are laid one behind the other from where the road began: the threads that measure them
 * have clocks of their own, and hand-overs between them are in the gap behind the last.
 *
 * @param beginMs of `performance.now()`
 */
export function traceStages(
  { stage }: Pick<Exchange, 'stage'>,
  beginMs: number,
  { cached, times }: Walked,
  attributes?: Record<string, number>,
): void {
  if (cached) {
    stage('cache', beginMs, performance.now(), attributes);
    return;
  }
  let at = beginMs;
  for (const [name, ms] of stagesOf(times)) {
    stage(name, at, at + ms, attributes);
    at += ms;
  }
}
