/** What a customer's URL must not make the server do, asked over HTTP of the server as it ships. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Test, test } from 'tap';
import { ENGINES, type RunningApp, startTestApp } from '../support/running-app.js';

/** A service inside that must never be reached. */
async function canary(t: Test): Promise<{ port: number; visits: () => number }> {
  let visits = 0;
  const server = createServer((_, response) => response.end('inside')).on('connection', () => {
    visits++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, visits: () => visits };
}

async function post({ url, key }: RunningApp, path: string, value: object) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  // biome-ignore lint/suspicious/noExplicitAny: it is looked into freely.
  return { status: response.status, body: (await response.json()) as any };
}

for (const engine of ENGINES) {
  test(`${engine}: no URL leads to the inside`, async (t) => {
    const inside = await canary(t);
    const open = {
      fetch_ports: [String(inside.port), '80'],
      fetch_allow: ['0.0.0.0/0', '::/0', 'localhost'],
    };
    for (const settings of [{ fetch_ports: open.fetch_ports }, open]) {
      const app = await startTestApp(t, { engine, ...settings });
      const { port } = inside;
      const urls = [
        `http://127.0.0.1:${port}/?secret=s3cr3t`,
        `http://localhost:${port}/`,
        `http://localhost.:${port}/`,
        `http://[::1]:${port}/`,
        `http://[::ffff:127.0.0.1]:${port}/`,
        `http://0:${port}/`,
        `http://2130706433:${port}/`,
        `http://127.1:${port}/`,
        'http://169.254.169.254/latest/meta-data/iam/',
        'http://metadata.google.internal/computeMetadata/v1/',
        `http://127.0.0.1:${app.port}/v1/usage`,
        'http://127.0.0.1:22/',
      ];
      for (const image_url of urls) {
        const { status, body } = await post(app, '/v1/detect', { image_url });
        t.same(
          [status, body.error.code, body.error.param],
          [422, 'image_unfetchable', 'image_url'],
          image_url,
        );
        t.notMatch(
          body.error.message,
          /127|localhost|169\.254|metadata|s3cr3t|inside|loopback/,
          'nothing of the inside',
        );
      }
      const { status, body } = await post(app, '/v1/detect/batch', {
        images: urls.map((image_url) => ({ image_url })),
      });
      t.equal(status, 200);
      t.same(
        body.results.map((r: { error: { code: string; param: string } }) => [r.error.code, r.error.param]),
        urls.map((_, i) => ['image_unfetchable', `images[${i}].image_url`]),
      );
      await app.close();
    }
    t.equal(inside.visits(), 0, 'nobody was there');
  });
}
