/**
 * Asks `GET /livez` at a fixed pace while the server works, on connections that were open before: what a load
 * balancer sees. Each probe is timed from the moment at which it was meant to leave, so that a probe that waits
 * behind another counts with its wait.
 */
import { Pool } from 'undici';
import { Latencies, type LatencySummary } from './latencies.js';

const CONNECTIONS = 32;

export interface ProbeResult {
  latency: LatencySummary | null;
  failed: number;
}

export interface Probe {
  start(): void;
  /** Waits for the answers that are still due. */
  stop(): Promise<ProbeResult>;
}

export async function openProbe(url: string, everyMs: number): Promise<Probe> {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  const latencies = new Latencies();
  const pending = new Set<Promise<void>>();
  let failed = 0;
  let timer: NodeJS.Timeout | undefined;

  const ask = async (): Promise<boolean> => {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/livez' });
    await body.dump();
    return statusCode === 200;
  };
  const probeOnce = async (dueMs: number): Promise<void> => {
    const fine = await ask().catch(() => false);
    if (fine) latencies.add(performance.now() - dueMs);
    else failed++;
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));

  return {
    start() {
      const begun = performance.now();
      let sent = 0;
      timer = setInterval(() => {
        for (let due = begun + sent * everyMs; due <= performance.now(); due = begun + ++sent * everyMs) {
          const probing = probeOnce(due).finally(() => pending.delete(probing));
          pending.add(probing);
        }
      }, 1);
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      await pool.destroy();
      return { latency: latencies.summary(), failed };
    },
  };
}
