import type { StageTimes } from '../domain/types.js';

/** `Server-Timing` (W3C): milliseconds of each stage of the road. */
export function serverTiming(times: StageTimes): [string, string] {
  const stages: [string, number][] = [
    ['queue', times.queueMs],
    ['decode', times.decodeMs],
    ['infer', times.inferMs],
    ['render', times.renderMs],
  ];
  return ['Server-Timing', stages.map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`).join(', ')];
}
