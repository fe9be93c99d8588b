import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import t from 'tap';
import { findKnee } from '../../bench/load/knee.js';
import { type LoadResult, type LoadSpec, runLoad } from '../../bench/load/run.js';
import { buildRequest } from '../../bench/load/target.js';
import { ROOT } from '../../bench/root.js';

const image = join(ROOT, 'test', 'fixtures', 'pixel.png');

/** Answers every third request with 503, and holds each answer back for `delayMs`. */
async function listen(t: Test, delayMs: number): Promise<{ url: string; bodies: Set<number> }> {
  let requests = 0;
  const bodies = new Set<number>();
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => {
      if (request.url === '/livez') return response.end('{}');
      bodies.add(bytes);
      const status = ++requests % 3 === 0 ? 503 : 200;
      setTimeout(() => response.writeHead(status).end('{}'), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

const spec = (url: string): LoadSpec => ({
  target: { url, image, options: {} },
  mode: { kind: 'closed', connections: 4 },
  seconds: 60,
  requests: 30,
  warmupS: 0,
  probeEveryMs: 5,
  pid: process.pid,
  memoryEveryMs: 5,
});

t.test('closed loop: counts by status, latency, probe, CPU and memory', async (t) => {
  const { url, bodies } = await listen(t, 20);
  const result = await runLoad(spec(url));
  t.same(result.statuses, { '200': 20, '503': 10 });
  t.equal(result.latency?.count, 20, 'only answers with 200 count as work');
  t.ok((result.latency?.p50Ms ?? 0) >= 19, 'the answer was held back for 20 ms');
  t.equal(result.samplesMs.length, 20);
  t.ok((result.livez?.latency?.count ?? 0) > 0);
  t.equal(result.livez?.failed, 0);
  t.ok((result.cpuMsPerRequest ?? -1) >= 0);
  t.ok(result.memory.length >= 2 && result.memory.every((m) => m.bytes > 2 ** 20));
  t.same([...bodies], [buildRequest(spec(url).target).body.length], 'whole bodies arrived');
});

t.test('open loop: latency runs from the intended time', async (t) => {
  const { url } = await listen(t, 20);
  const mode = { kind: 'open', ratePerS: 200, seed: 3 } as const;
  const result = await runLoad({ ...spec(url), mode });
  t.same(result.statuses, { '200': 20, '503': 10 });
  t.ok((result.latency?.p50Ms ?? 0) >= 19);
});

t.test('a server that is not there is counted, not waited for', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const result = await runLoad({ ...spec(`http://127.0.0.1:${port}`), requests: 5, probeEveryMs: 0, pid: 0 });
  t.ok((result.statuses.error ?? 0) >= 5);
  t.equal(result.latency, null);
  t.equal(result.cpuMsPerRequest, null);
});

t.test('the knee is the fewest connections with nearly the greatest throughput', async (t) => {
  const asked: number[] = [];
  const knee = await findKnee(async (connections) => {
    asked.push(connections);
    return { throughputPerS: Math.min(100, 30 * connections) } as LoadResult;
  });
  t.equal(knee.connections, 4);
  t.equal(knee.throughputPerS, 100);
  t.same(asked, [1, 2, 4, 8, 16], 'two steps without gain end the search');
});
