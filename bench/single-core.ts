/** Verdict with heatmap of a 1-megapixel JPEG, the server pinned to one core, the client to another where there is one. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BENCH_IMAGES, benchImagePath } from './images.js';
import { startGenerator } from './load/generator.js';
import { digits, saveResult, table } from './report.js';
import { startAidet } from './servers.js';

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { smoke: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  });
  const requests = values.smoke ? 3 : values.quick ? 100 : 500;
  const server = await startAidet({ pinToCore: 0 });
  const generator = startGenerator(availableParallelism() > 1 ? 1 : undefined);
  try {
    const result = await generator.run({
      target: {
        url: server.url,
        key: server.key as string,
        image: await benchImagePath(BENCH_IMAGES.megapixel),
        options: { include_heatmap: 'true', include_attribution: 'true' },
      },
      mode: { kind: 'closed', connections: 1 },
      seconds: 600,
      requests,
      warmupS: values.smoke ? 0.2 : 2,
      probeEveryMs: 0,
      pid: server.pid,
    });
    const { latency } = result;
    if (latency === null) throw new Error(`no verdict: ${JSON.stringify(result.statuses)}`);
    console.log(
      table(
        ['1024x1024 JPEG with heatmap, one core', 'p50 ms', 'p90 ms', 'p99 ms', 'CPU-ms', 'others, cores'],
        [
          [
            `${latency.count} requests`,
            digits(latency.p50Ms),
            digits(latency.p90Ms),
            digits(latency.p99Ms),
            digits(result.cpuMsPerRequest ?? Number.NaN),
            digits(result.othersCores ?? Number.NaN),
          ],
        ],
      ),
    );
    const { samplesMs: _, memory: __, ...kept } = result;
    if (!values.smoke) await saveResult('single-core', { image: '1024x1024', ...kept });
  } finally {
    generator.close();
    await server.stop();
  }
}
