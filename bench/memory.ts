/**
 * Resident memory of the server over many requests at full load. A leak shows as a slope in the second half, where
 * heaps, arenas and caches have found their size.
 */
import { parseArgs } from 'node:util';
import { BENCH_IMAGES, benchImagePath } from './images.js';
import { startGenerator } from './load/generator.js';
import type { LoadResult } from './load/run.js';
import { lineChart } from './plot.js';
import { commit, digits, saveResult, table } from './report.js';
import { startAidet } from './servers.js';

const CONNECTIONS = 8;
const MEBIBYTE = 2 ** 20;

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      smoke: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      requests: { type: 'string' },
      heatmap: { type: 'boolean', default: false },
    },
  });
  const requests = Number(values.requests ?? (values.smoke ? 40 : values.quick ? 2000 : 10_000));
  const server = await startAidet();
  const generator = startGenerator();
  try {
    const result = await generator.run({
      target: {
        url: server.url,
        key: server.key as string,
        image: await benchImagePath(BENCH_IMAGES.small),
        options: values.heatmap ? { include_heatmap: 'true' } : {},
      },
      mode: { kind: 'closed', connections: CONNECTIONS },
      seconds: 1800,
      requests,
      // The curve begins with the first request: its rise is part of what is shown.
      warmupS: 0,
      probeEveryMs: 0,
      pid: server.pid,
      memoryEveryMs: values.smoke ? 50 : 500,
    });
    const bad = Object.entries(result.statuses).filter(([status]) => status !== '200');
    if (bad.length > 0)
      throw new Error(`not every request got a verdict: ${JSON.stringify(result.statuses)}`);
    const curve = summarise(result.memory);
    console.log(
      table(
        ['resident memory', 'MiB'],
        [
          ['start', digits(curve.startMiB)],
          ['after a tenth of the requests', digits(curve.tenthMiB)],
          ['half way', digits(curve.halfMiB)],
          [`end (${requests} requests)`, digits(curve.endMiB)],
          ['greatest', digits(curve.maxMiB)],
          ['slope of the second half, a thousand requests', curve.slopeMiBPerThousand.toFixed(2)],
        ],
      ),
    );
    if (values.smoke) return;
    const points = result.memory.map((m): [number, number] => [m.requests, m.bytes / MEBIBYTE]);
    const chart = { xTitle: 'requests answered', yTitle: 'resident MiB', lines: [{ name: 'aidet', points }] };
    const name = values.heatmap ? 'memory-heatmap' : 'memory';
    const title = `Resident memory, 512x512 JPEG${values.heatmap ? ' with heatmap' : ''}, ${CONNECTIONS} connections`;
    const saved = { requests, throughputPerS: result.throughputPerS, ...curve, curve: points };
    await saveResult(name, saved, { '': lineChart(title, chart, `commit ${commit()}`) });
  } finally {
    generator.close();
    await server.stop();
  }
}

function summarise(memory: LoadResult['memory']) {
  const mib = memory.map((m) => m.bytes / MEBIBYTE);
  const total = memory.at(-1)?.requests ?? 0;
  const at = (share: number): number =>
    mib[memory.findIndex((m) => m.requests >= share * total)] ?? Number.NaN;
  return {
    startMiB: mib[0] as number,
    tenthMiB: at(0.1),
    halfMiB: at(0.5),
    endMiB: mib.at(-1) as number,
    maxMiB: Math.max(...mib),
    slopeMiBPerThousand:
      slope(memory.filter((m) => m.requests >= total / 2).map((m) => [m.requests, m.bytes / MEBIBYTE])) *
      1000,
  };
}

/** Of the least-squares line. */
function slope(points: [number, number][]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
