/** One measured slice of load: who sent what, what came back, what it cost the server. */
import { Pool } from 'undici';
import { Latencies, type LatencySummary } from './latencies.js';
import { closedLoop, openLoop } from './loops.js';
import { openProbe, type ProbeResult } from './probe.js';
import { machineBusyMs, residentBytes, treeCpuMs } from './process-meter.js';
import { buildRequest, type Target } from './target.js';

export type LoadMode =
  | { kind: 'closed'; connections: number }
  | { kind: 'open'; ratePerS: number; seed: number };

export interface LoadSpec {
  target: Target;
  mode: LoadMode;
  /** The slice ends after this time or, where `requests` is given, after that many. */
  seconds: number;
  requests?: number;
  warmupS: number;
  /** Milliseconds between `/livez` probes; 0: none. */
  probeEveryMs: number;
  /** Server's process id; 0: its CPU and memory are not read. */
  pid: number;
  /** Resident memory is sampled this often; 0: not at all. */
  memoryEveryMs?: number;
}

export interface LoadResult {
  mode: LoadMode;
  seconds: number;
  /** Answers by status; `error` counts connections that failed. */
  statuses: Record<string, number>;
  /** Answers with 200 a second. */
  throughputPerS: number;
  latency: LatencySummary | null;
  livez: ProbeResult | null;
  /** User and system time of the server's process tree for each answer with 200, probes included. */
  cpuMsPerRequest: number | null;
  serverCores: number | null;
  /** Cores that neither the server nor this generator used: above 0.1 the figures are not the server's own. */
  othersCores: number | null;
  generatorCores: number;
  memory: { requests: number; seconds: number; bytes: number }[];
  /** Of all answers with 200, in no order, so that slices can be pooled. */
  samplesMs: Float64Array;
}

/** A lost answer must fail the run, not hang it. */
const ANSWER_TIMEOUT_MS = 60_000;
const OPEN_LOOP_CONNECTIONS = 256;

export async function runLoad(
  spec: LoadSpec,
  onProgress?: (done: number, elapsedS: number) => void,
): Promise<LoadResult> {
  const { mode, target, pid } = spec;
  const request = buildRequest(target);
  const pool = new Pool(target.url, {
    connections: mode.kind === 'closed' ? mode.connections : OPEN_LOOP_CONNECTIONS,
    pipelining: 1,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  const probe = spec.probeEveryMs > 0 ? await openProbe(target.url, spec.probeEveryMs) : null;
  const latencies = new Latencies();
  const statuses: Record<string, number> = {};
  let sent = 0;
  const count = (status: string): void => {
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const send = async (dueMs: number): Promise<void> => {
    sent++;
    try {
      const { statusCode, body } = await pool.request(request);
      await body.dump();
      if (statusCode === 200) latencies.add(performance.now() - dueMs);
      count(String(statusCode));
    } catch {
      count('error');
    }
  };
  const warmupEnd = performance.now() + spec.warmupS * 1000;
  await closedLoop(
    async () => {
      await (await pool.request(request)).body.dump();
    },
    mode.kind === 'closed' ? mode.connections : 2,
    () => performance.now() >= warmupEnd,
  );

  const memory: LoadResult['memory'] = [];
  const begun = performance.now();
  const elapsedS = (): number => (performance.now() - begun) / 1000;
  const sampleMemory = (): void => {
    if (pid !== 0)
      memory.push({ requests: latencies.length, seconds: elapsedS(), bytes: residentBytes(pid) });
  };
  const timers = [
    ...(spec.memoryEveryMs ? [setInterval(sampleMemory, spec.memoryEveryMs)] : []),
    ...(onProgress ? [setInterval(() => onProgress(latencies.length, elapsedS()), 1000)] : []),
  ];
  if (spec.memoryEveryMs) sampleMemory();
  const before = readCosts(pid);
  probe?.start();
  const stop = (): boolean =>
    elapsedS() >= spec.seconds || (spec.requests !== undefined && sent >= spec.requests);
  try {
    if (mode.kind === 'closed') await closedLoop(send, mode.connections, stop);
    else await openLoop(send, mode, stop);
  } finally {
    for (const timer of timers) clearInterval(timer);
  }
  const seconds = elapsedS();
  const cost = costsSince(before, pid);
  if (spec.memoryEveryMs) sampleMemory();
  const livez = probe ? await probe.stop() : null;
  await pool.destroy();

  const answered = latencies.length;
  const known = pid !== 0;
  return {
    mode,
    seconds,
    statuses,
    throughputPerS: answered / seconds,
    latency: latencies.summary(),
    livez,
    cpuMsPerRequest: known && answered > 0 ? cost.serverMs / answered : null,
    serverCores: known ? cost.serverMs / 1000 / seconds : null,
    othersCores: known
      ? Math.max(0, cost.machineMs - cost.serverMs - cost.generatorMs) / 1000 / seconds
      : null,
    generatorCores: cost.generatorMs / 1000 / seconds,
    memory,
    samplesMs: latencies.values(),
  };
}

interface Costs {
  serverMs: number;
  machineMs: number;
  generatorMs: number;
}

function readCosts(pid: number): Costs {
  const { user, system } = process.cpuUsage();
  return {
    serverMs: pid === 0 ? 0 : treeCpuMs(pid),
    machineMs: machineBusyMs(),
    generatorMs: (user + system) / 1000,
  };
}

function costsSince(before: Costs, pid: number): Costs {
  const now = readCosts(pid);
  return {
    serverMs: now.serverMs - before.serverMs,
    machineMs: now.machineMs - before.machineMs,
    generatorMs: now.generatorMs - before.generatorMs,
  };
}
