/**
 * CPU of a whole `POST /v1/forensics` with its default maps, from the socket to the answer, on a server as a customer
 * starts it; and what sharp takes for decoding the same bytes, in turn in the same minutes.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Effort } from '../forensics.js';
import { BENCH_IMAGES, type BenchImage, benchImagePath } from '../images.js';
import { threadsCpuMs } from '../load/process-meter.js';
import { buildRequest } from '../load/target.js';
import { type Spread, showSpread, spreadOf, table } from '../report.js';
import { type AidetServer, startAidet } from '../servers.js';

/** CPU-ms that issue and docs want for image, and rounds. */
const CASES: { image: BenchImage; atMostMs: number; rounds: Record<Effort, number> }[] = [
  { image: BENCH_IMAGES.megapixel, atMostMs: 40, rounds: { smoke: 2, quick: 20, full: 100 } },
  { image: BENCH_IMAGES.camera, atMostMs: 250, rounds: { smoke: 1, quick: 6, full: 24 } },
];
const WARMUP = 3;

interface RequestCost {
  image: string;
  atMostMs: number;
  requestMs: Spread;
  decodeMs: Spread;
}

export async function measureRequests(effort: Effort): Promise<{ costs: RequestCost[] }> {
  sharp.concurrency(1);
  sharp.cache(false);
  const server = await startAidet();
  try {
    const costs: RequestCost[] = [];
    for (const { image, atMostMs, rounds } of effort === 'smoke' ? CASES.slice(0, 1) : CASES) {
      const path = await benchImagePath(image);
      const bytes = await readFile(path);
      const ask = requester(server, path);
      const requests: number[] = [];
      const decodings: number[] = [];
      for (let i = -WARMUP; i < rounds[effort]; i++) {
        const request = await ask();
        const decoding = await decodeMs(bytes);
        if (i < 0) continue;
        requests.push(request);
        decodings.push(decoding);
      }
      costs.push({
        image: image.name,
        atMostMs,
        requestMs: spreadOf(requests),
        decodeMs: spreadOf(decodings),
      });
    }
    console.log(
      table(
        [
          'CPU-ms of POST /v1/forensics, median (least..most)',
          'request',
          'at most',
          'decoding alone',
          'beyond it',
        ],
        costs.map((c) => [
          `${c.image} JPEG, three maps`,
          showSpread(c.requestMs),
          String(c.atMostMs),
          showSpread(c.decodeMs),
          (c.requestMs.median - c.decodeMs.median).toFixed(1),
        ]),
      ),
    );
    return { costs };
  } finally {
    await server.stop();
  }
}

/** One request after another; CPU of all threads of the server meanwhile. */
function requester({ url, key, pid }: AidetServer, image: string): () => Promise<number> {
  const { method, path, headers, body } = buildRequest({
    url,
    key,
    image,
    options: {},
    path: '/v1/forensics',
  });
  return async () => {
    const before = threadsCpuMs(pid);
    const answer = await fetch(url + path, { method, headers, body: new Uint8Array(body) });
    const { artifacts } = (await answer.json()) as { artifacts?: { ela_url: string | null } };
    const spent = threadsCpuMs(pid) - before;
    if (!artifacts?.ela_url) throw new Error(`no maps in the answer, status ${answer.status}`);
    return spent;
  };
}

async function decodeMs(bytes: Buffer): Promise<number> {
  const before = process.cpuUsage();
  await sharp(bytes, { sequentialRead: true }).removeAlpha().raw().toBuffer();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
