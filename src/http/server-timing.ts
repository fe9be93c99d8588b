import type { DetectResult } from '../pipeline/types.js';

/** `Server-Timing` (W3C): milliseconds of each stage of the road, or that nothing had to walk it. */
export function serverTiming({ cached, times }: Pick<DetectResult, 'cached' | 'times'>): [string, string] {
  if (cached) return ['Server-Timing', 'cache;desc="hit"'];
  const stages: [string, number][] = [
    ['queue', times.queueMs],
    ['decode', times.decodeMs],
    ['infer', times.inferMs],
    ['render', times.renderMs],
  ];
  return ['Server-Timing', stages.map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`).join(', ')];
}
