import type { LoadResult } from './run.js';

const CONNECTIONS = [1, 2, 4, 8, 16, 32];

/** A step that gains less than this is no gain: it lies within the noise of a short slice. */
const GAIN_LEAST = 1.03;

export interface Knee {
  /** Fewest connections whose throughput is within 3 % of the greatest. */
  connections: number;
  /** The greatest seen. */
  throughputPerS: number;
  steps: LoadResult[];
}

/** Steps the connections of a closed loop up until two doublings in a row gain nothing. */
export async function findKnee(slice: (connections: number) => Promise<LoadResult>): Promise<Knee> {
  const steps: LoadResult[] = [];
  let best = 0;
  let withoutGain = 0;
  for (const connections of CONNECTIONS) {
    const result = await slice(connections);
    steps.push(result);
    withoutGain = result.throughputPerS > best * GAIN_LEAST ? 0 : withoutGain + 1;
    best = Math.max(best, result.throughputPerS);
    if (withoutGain === 2) break;
  }
  const at = steps.findIndex((s) => s.throughputPerS * GAIN_LEAST >= best);
  return { connections: CONNECTIONS[at] as number, throughputPerS: best, steps };
}
