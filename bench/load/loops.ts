/** The two ways to offer load. Both return when the last request they sent is settled. */
import { poissonGapMs, seededRandom } from '../random.js';

/** Sends one request, counts its outcome; latency runs from `dueMs` (performance.now). Never rejects. */
export type SendOne = (dueMs: number) => Promise<void>;

/**
 * Closed loop: each connection sends its next request when the last is answered, so a slow server is asked less.
 * Good for throughput; its latencies hide waiting.
 */
export async function closedLoop(send: SendOne, connections: number, stop: () => boolean): Promise<void> {
  const lane = async (): Promise<void> => {
    while (!stop()) await send(performance.now());
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

/**
 * Open loop: Poisson arrivals at a fixed rate whatever the server does, each timed from the moment at which it was
 * meant to leave, so that what the generator or a full connection pool holds back counts as latency too.
 */
export async function openLoop(
  send: SendOne,
  { ratePerS, seed }: { ratePerS: number; seed: number },
  stop: () => boolean,
): Promise<void> {
  const random = seededRandom(seed);
  const pending: Promise<void>[] = [];
  let due = performance.now();
  while (true) {
    due += poissonGapMs(random, ratePerS);
    // Timers keep whole milliseconds and are late by up to one; the latency clock runs from `due` all the same.
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (stop()) break;
    pending.push(send(due));
  }
  await Promise.all(pending);
}
