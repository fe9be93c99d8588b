/**
 * The load generator by hand, against a server that runs already or, without `--url`, against one of its own.
 * `--rate R` offers an open loop; without it closed loops step up the connections until the throughput no longer
 * grows (the knee), or run at `--connections N`.
 */
import { parseArgs } from 'node:util';
import { BENCH_IMAGES, benchImagePath } from './images.js';
import { findKnee } from './load/knee.js';
import { type LoadMode, type LoadResult, runLoad } from './load/run.js';
import type { Target } from './load/target.js';
import { digits, progress, table } from './report.js';
import { startAidet } from './servers.js';

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      url: { type: 'string' },
      key: { type: 'string' },
      pid: { type: 'string', default: '0' },
      image: { type: 'string' },
      option: { type: 'string', multiple: true, default: [] },
      connections: { type: 'string' },
      rate: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      smoke: { type: 'boolean', default: false },
    },
  });
  const seconds = values.smoke ? 0.5 : Number(values.seconds);
  const own = values.url === undefined ? await startAidet() : null;
  try {
    const key = own?.key ?? values.key;
    const target: Target = {
      url: own?.url ?? (values.url as string),
      ...(key === undefined ? {} : { key }),
      image: values.image ?? (await benchImagePath(BENCH_IMAGES.small)),
      options: Object.fromEntries(values.option.map((pair) => pair.split(/=(.*)/s, 2) as [string, string])),
    };
    const pid = own?.pid ?? Number(values.pid);
    const slice = (mode: LoadMode): Promise<LoadResult> =>
      runLoad({ target, mode, seconds, warmupS: seconds / 5, probeEveryMs: 10, pid }, (done, elapsedS) =>
        progress(`${describe(mode)}: ${done} answers, ${(done / elapsedS).toFixed(1)}/s`),
      );
    const results: LoadResult[] = [];
    if (values.rate !== undefined) {
      results.push(await slice({ kind: 'open', ratePerS: Number(values.rate), seed: Number(values.seed) }));
    } else if (values.connections !== undefined) {
      results.push(await slice({ kind: 'closed', connections: Number(values.connections) }));
    } else {
      const knee = await findKnee((connections) => slice({ kind: 'closed', connections }));
      results.push(...knee.steps);
      const ratePerS = knee.throughputPerS / 2;
      results.push(await slice({ kind: 'open', ratePerS, seed: Number(values.seed) }));
      console.log(`knee: ${digits(knee.throughputPerS)}/s with ${knee.connections} connections`);
    }
    console.log(loadTable(results));
    if (results.some((r) => (r.statuses['200'] ?? 0) === 0))
      throw new Error('a slice got no answer with 200');
  } finally {
    await own?.stop();
  }
}

function describe(mode: LoadMode): string {
  return mode.kind === 'closed' ? `closed, ${mode.connections}` : `open, ${digits(mode.ratePerS)}/s`;
}

function loadTable(results: LoadResult[]): string {
  const ms = (value: number | undefined): string => digits(value ?? Number.NaN);
  return table(
    [
      'load',
      'answers/s',
      'p50 ms',
      'p99 ms',
      'livez p99 ms',
      'CPU-ms',
      'cores',
      'others',
      'answers by status',
    ],
    results.map((r) => [
      describe(r.mode),
      digits(r.throughputPerS),
      ms(r.latency?.p50Ms),
      ms(r.latency?.p99Ms),
      ms(r.livez?.latency?.p99Ms),
      ms(r.cpuMsPerRequest ?? undefined),
      ms(r.serverCores ?? undefined),
      ms(r.othersCores ?? undefined),
      Object.entries(r.statuses)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
    ]),
  );
}
