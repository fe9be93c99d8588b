/**
 * aidet and the naive yardstick on the same machine in the same minutes: both servers run, short slices of load go
 * to one and the other in turn (A B, then B A), and the ratio is taken pair by pair, so that what drifts on the
 * machine drifts out.
 */
import { parseArgs } from 'node:util';
import { BENCH_IMAGES, type BenchImage, benchImagePath } from './images.js';
import { type Generator, startGenerator } from './load/generator.js';
import { findKnee } from './load/knee.js';
import { type LatencySummary, summarise } from './load/latencies.js';
import type { LoadMode, LoadResult } from './load/run.js';
import { type BarChart, barCharts } from './plot.js';
import { commit, digits, progress, type Spread, saveResult, showSpread, spreadOf, table } from './report.js';
import {
  activeModel,
  type RunningServer,
  startAidet,
  startYardstick,
  yardstickInstalled,
} from './servers.js';

/** Enough that neither side ever waits for a client. */
const SATURATING_CONNECTIONS = 16;
const WARMUP_S = 0.5;

interface Effort {
  pairs: number;
  kneeS: number;
  aloneS: number;
  saturatedS: number;
  halfS: number;
}

type Efforts = [BenchImage, Effort][];

const { small, megapixel, camera } = BENCH_IMAGES;
const FULL: Efforts = [
  [small, { pairs: 5, kneeS: 2, aloneS: 3, saturatedS: 4, halfS: 6 }],
  [megapixel, { pairs: 3, kneeS: 2, aloneS: 3, saturatedS: 4, halfS: 6 }],
  [camera, { pairs: 3, kneeS: 2, aloneS: 3, saturatedS: 5, halfS: 10 }],
];
const QUICK: Efforts = [
  [small, { pairs: 2, kneeS: 1, aloneS: 2, saturatedS: 2, halfS: 3 }],
  [megapixel, { pairs: 1, kneeS: 1, aloneS: 2, saturatedS: 2, halfS: 3 }],
  [camera, { pairs: 1, kneeS: 1, aloneS: 2, saturatedS: 3, halfS: 5 }],
];
const SMOKE: Efforts = [[small, { pairs: 1, kneeS: 0.3, aloneS: 0.4, saturatedS: 0.4, halfS: 0.5 }]];

/** What one side did in one pair. */
interface Slices {
  /** One connection, no probe: what a request costs where nothing else happens. */
  alone: LoadResult;
  /** More clients than either side can serve, `/livez` probed every 10 ms. */
  saturated: LoadResult;
  /** Open loop at half of this side's own greatest throughput. */
  half: LoadResult;
  /** Open loop at half of the yardstick's greatest throughput. */
  sameRate: LoadResult;
}

interface Pair {
  aidet: Slices;
  yardstick: Slices;
  /** The yardstick with all tiles of an image in one batch. */
  oneBatch: Pick<Slices, 'alone' | 'saturated'>;
}

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { smoke: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  });
  if (!yardstickInstalled()) throw new Error('install the yardstick first: npm ci --prefix bench/yardstick');
  const efforts = values.smoke ? SMOKE : values.quick ? QUICK : FULL;
  const stops: (() => unknown)[] = [];
  try {
    const aidet = await startAidet();
    stops.push(() => aidet.stop());
    const model = await activeModel(aidet);
    const yardstick = await startYardstick(model, 1);
    stops.push(() => yardstick.stop());
    const oneBatch = await startYardstick(model, 0);
    stops.push(() => oneBatch.stop());
    const generator = startGenerator();
    stops.push(() => generator.close());
    const compared: Comparison[] = [];
    for (const [image, effort] of efforts) {
      compared.push(await compare(generator, { aidet, yardstick, oneBatch }, image, effort));
    }
    for (const comparison of compared) print(comparison);
    if (!values.smoke) {
      await saveResult('side-by-side', { model, images: compared.map(withoutSamples) }, plots(compared));
    }
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

interface Servers {
  aidet: RunningServer;
  yardstick: RunningServer;
  oneBatch: RunningServer;
}

interface Comparison {
  image: string;
  knee: Record<'aidet' | 'yardstick', { connections: number; throughputPerS: number }>;
  pairs: Pair[];
}

async function compare(
  generator: Generator,
  servers: Servers,
  benchImage: BenchImage,
  effort: Effort,
): Promise<Comparison> {
  const image = await benchImagePath(benchImage);
  const slice = async (server: RunningServer, mode: LoadMode, seconds: number, probeEveryMs = 0) => {
    const { url, key, pid } = server;
    const target = { url, ...(key === undefined ? {} : { key }), image, options: {} };
    const result = await generator.run({ target, mode, seconds, warmupS: WARMUP_S, probeEveryMs, pid });
    const bad = Object.entries(result.statuses).filter(([status]) => status !== '200');
    if (bad.length > 0) progress(`${server.name} also answered ${JSON.stringify(Object.fromEntries(bad))}`);
    return result;
  };
  const knee = async (server: RunningServer) => {
    const found = await findKnee((connections) =>
      slice(server, { kind: 'closed', connections }, effort.kneeS),
    );
    progress(
      `${benchImage.name} ${server.name}: knee at ${found.connections} connections, ${digits(found.throughputPerS)}/s`,
    );
    return { connections: found.connections, throughputPerS: found.throughputPerS };
  };
  const knees = { aidet: await knee(servers.aidet), yardstick: await knee(servers.yardstick) };

  const closed = async (server: RunningServer) => ({
    alone: await slice(server, { kind: 'closed', connections: 1 }, effort.aloneS),
    saturated: await slice(
      server,
      { kind: 'closed', connections: SATURATING_CONNECTIONS },
      effort.saturatedS,
      10,
    ),
  });
  const measure = async (side: 'aidet' | 'yardstick', seed: number): Promise<Slices> => {
    const server = servers[side];
    const open = (ratePerS: number): LoadMode => ({ kind: 'open', ratePerS, seed });
    const { alone, saturated } = await closed(server);
    const half = await slice(server, open(knees[side].throughputPerS / 2), effort.halfS);
    const sameRate =
      side === 'yardstick'
        ? half
        : await slice(server, open(knees.yardstick.throughputPerS / 2), effort.halfS);
    return { alone, saturated, half, sameRate };
  };
  const pairs: Pair[] = [];
  for (let i = 0; i < effort.pairs; i++) {
    const sides = {} as Pick<Pair, 'aidet' | 'yardstick'>;
    for (const side of i % 2 === 0 ? (['aidet', 'yardstick'] as const) : (['yardstick', 'aidet'] as const)) {
      sides[side] = await measure(side, i + 1);
    }
    pairs.push({ ...sides, oneBatch: await closed(servers.oneBatch) });
    const { aidet, yardstick } = sides;
    progress(
      `${benchImage.name} pair ${i + 1}/${effort.pairs}: CPU-ms ${digits(cpu(aidet.alone))} against ${digits(cpu(yardstick.alone))}, livez p99 ${digits(livezP99(aidet.saturated))} against ${digits(livezP99(yardstick.saturated))} ms`,
    );
  }
  return { image: benchImage.name, knee: knees, pairs };
}

const cpu = (r: LoadResult): number => r.cpuMsPerRequest ?? Number.NaN;
const livezP99 = (r: LoadResult): number => r.livez?.latency?.p99Ms ?? Number.NaN;
const p50 = (r: LoadResult): number => r.latency?.p50Ms ?? Number.NaN;
const p99 = (r: LoadResult): number => r.latency?.p99Ms ?? Number.NaN;

const METRICS: Record<string, (slices: Slices) => number> = {
  'CPU-ms a request, 1 connection': (s) => cpu(s.alone),
  'CPU-ms a request, half load': (s) => cpu(s.half),
  'p50 ms, half of own knee': (s) => p50(s.half),
  'p99 ms, half of own knee': (s) => p99(s.half),
  'p50 ms, same rate': (s) => p50(s.sameRate),
  'p99 ms, same rate': (s) => p99(s.sameRate),
  'answers/s, saturated': (s) => s.saturated.throughputPerS,
  'livez p99 ms, saturated': (s) => livezP99(s.saturated),
};

interface Compared {
  aidet: Spread;
  yardstick: Spread;
  /** aidet / yardstick, pair by pair. */
  ratio: Spread;
}

function summariseMetric({ pairs }: Comparison, metric: (slices: Slices) => number): Compared {
  return {
    aidet: spreadOf(pairs.map((p) => metric(p.aidet))),
    yardstick: spreadOf(pairs.map((p) => metric(p.yardstick))),
    ratio: spreadOf(pairs.map((p) => metric(p.aidet) / metric(p.yardstick))),
  };
}

/** Percentiles over all slices of a kind: a p99 needs more samples than one slice has. */
function pooled(
  { pairs }: Comparison,
  side: 'aidet' | 'yardstick',
  kind: keyof Slices,
): LatencySummary | null {
  return summarise(Float64Array.from(pairs.flatMap((p) => [...p[side][kind].samplesMs])));
}

function print(comparison: Comparison): void {
  const { image, knee, pairs } = comparison;
  const rows = Object.entries(METRICS).map(([name, metric]) => {
    const { aidet, yardstick, ratio } = summariseMetric(comparison, metric);
    return [name, showSpread(aidet), showSpread(yardstick), showSpread(ratio)];
  });
  const batchRow = (name: string, metric: (s: Pair['oneBatch']) => number): void => {
    const oneBatch = spreadOf(pairs.map((p) => metric(p.oneBatch)));
    const ratio = spreadOf(pairs.map((p) => metric(p.aidet) / metric(p.oneBatch)));
    rows.push([`${name}, yardstick as one batch`, '', showSpread(oneBatch), showSpread(ratio)]);
  };
  batchRow('CPU-ms a request', (s) => cpu(s.alone));
  batchRow('livez p99 ms, saturated', (s) => livezP99(s.saturated));
  const shown = (l: LatencySummary | null): string =>
    `${digits(l?.p50Ms ?? Number.NaN)} / ${digits(l?.p99Ms ?? Number.NaN)}`;
  for (const [name, kind] of [
    ['half of own knee', 'half'],
    ['same rate', 'sameRate'],
  ] as const) {
    rows.push([
      `p50 / p99 ms pooled, ${name}`,
      shown(pooled(comparison, 'aidet', kind)),
      shown(pooled(comparison, 'yardstick', kind)),
      '',
    ]);
  }
  const others = pairs.flatMap((p) => [p.aidet, p.yardstick]).flatMap((s) => [s.alone, s.half, s.saturated]);
  console.log(
    `\n${image} JPEG, ${pairs.length} pairs: median (least..greatest); knee at ${knee.aidet.connections} and ${knee.yardstick.connections} connections; others used ${showSpread(spreadOf(others.map((r) => r.othersCores ?? 0)))} cores`,
  );
  console.log(table(['', 'aidet', 'yardstick', 'aidet / yardstick'], rows));
}

function withoutSamples(comparison: Comparison): Record<string, unknown> {
  const bare = ({ samplesMs: _, memory: __, ...rest }: LoadResult) => rest;
  const slices = (s: Partial<Slices>) =>
    Object.fromEntries(Object.entries(s).map(([kind, r]) => [kind, bare(r)]));
  return {
    image: comparison.image,
    knee: comparison.knee,
    summary: Object.fromEntries(
      Object.entries(METRICS).map(([name, metric]) => [name, summariseMetric(comparison, metric)]),
    ),
    pooled: Object.fromEntries(
      (['half', 'sameRate'] as const).map((kind) => [
        kind,
        { aidet: pooled(comparison, 'aidet', kind), yardstick: pooled(comparison, 'yardstick', kind) },
      ]),
    ),
    pairs: comparison.pairs.map((p) => ({
      aidet: slices(p.aidet),
      yardstick: slices(p.yardstick),
      oneBatch: slices(p.oneBatch),
    })),
  };
}

function plots(compared: Comparison[]): Record<string, string> {
  const panel = (title: string, unit: string, metric: string): BarChart => ({
    title,
    unit,
    series: ['aidet', 'yardstick (fastify, sharp, onnxruntime-node)'],
    groups: compared.map((comparison) => {
      const { aidet, yardstick } = summariseMetric(comparison, METRICS[metric] as (s: Slices) => number);
      const bar = ({ min, median, max }: Spread) => ({ value: median, min, max });
      return { name: comparison.image, bars: [bar(aidet), bar(yardstick)] };
    }),
  });
  const charts = [
    panel('CPU a request, one connection', 'ms', 'CPU-ms a request, 1 connection'),
    panel('p99 at half load', 'ms', 'p99 ms, half of own knee'),
    panel('/livez p99 while saturated', 'ms', 'livez p99 ms, saturated'),
    panel('throughput, saturated', 'answers/s', 'answers/s, saturated'),
  ];
  const footer = `Median and range of paired, interleaved slices; commit ${commit()}`;
  return {
    '': barCharts('aidet beside the naive stack, same network, same machine, same minutes', charts, footer),
  };
}
