/** POST /v1/forensics and `include_forensics`: options, pictures, report, scans; the same on both engines. */
import sharp from 'sharp';
import t from 'tap';
import { ContractClient } from '../support/contract-client.js';
import { accountsBeside, keyWith } from '../support/keys.js';
import { ENGINES, fixture, startTestApp } from '../support/running-app.js';

const street = await fixture('street.jpg');
const raw = { body: street, headers: { 'content-type': 'image/jpeg' } };
const json = (fields: object) => ({
  body: JSON.stringify({ image_base64: street.toString('base64'), ...fields }),
  headers: { 'content-type': 'application/json' },
});

for (const engine of ENGINES) {
  t.test(engine, async (t) => {
    const app = await startTestApp(t, { engine, verdict_cache_bytes: 100_000_000 });
    const client = new ContractClient(app);
    t.teardown(() => client.close());

    t.test('figures, findings and three pictures by signed URLs', async (t) => {
      const { status, body } = await client.call('forensics', raw);
      t.equal(status, 200);
      t.equal(body.ela.quality, 90);
      t.equal(body.jpeg.source, 'file');
      t.equal(body.artifacts.report_url, null);
      for (const name of ['ela_url', 'spectrum_url', 'noise_url']) {
        const picture = await fetch(body.artifacts[name]);
        t.equal(picture.headers.get('content-type'), 'image/png');
        const {
          format,
          width = 0,
          height = 0,
        } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
        t.equal(format, 'png');
        t.ok(Math.max(width, height) <= 1024 + 50, 'with room for the legend');
      }
    });

    t.test('the same figures from JSON; options count', async (t) => {
      const [one, other] = [
        await client.call('forensics', raw),
        await client.call('forensics', json({ maps: false, ela_quality: 75 })),
      ];
      t.same(other.body.noise, one.body.noise);
      t.same(other.body.jpeg, one.body.jpeg);
      t.equal(other.body.ela.quality, 75);
      t.not(other.body.ela.mean, one.body.ela.mean);
      t.same(Object.values(other.body.artifacts), [null, null, null, null]);
    });

    t.test('the report is a page that loads and runs nothing', async (t) => {
      const { body } = await client.call('forensics', json({ report: true, map_max_px: 256 }));
      const page = await fetch(body.artifacts.report_url);
      t.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
      t.match(page.headers.get('content-security-policy'), /default-src 'none'/);
      const html = await page.text();
      t.match(html, body.image.sha256);
      t.notMatch(html, /<script|<link|https?:/);
      for (const [, source] of html.matchAll(/src="([^"]*)"/g)) t.match(source, /^data:image\//);
      t.equal(html.match(/<figure>/g)?.length, 4);
    });

    t.test('options out of range name themselves', async (t) => {
      for (const [field, value] of [
        ['ela_quality', 49],
        ['ela_quality', 100],
        ['ela_quality', 80.5],
        ['map_max_px', 255],
        ['map_max_px', 4097],
        ['maps', 'yes'],
        ['report', 1],
      ] as const) {
        const { status, body } = await client.call('forensics', json({ [field]: value }));
        t.equal(status, 400);
        t.equal(body.error.param, field);
      }
    });

    t.test('costs one scan, and none where it fails', async (t) => {
      const { secret } = keyWith(accountsBeside(t, app.dataDir), { scansPerMonth: 1 });
      const failed = await client.call('forensics', { ...raw, body: street.subarray(0, 3000), key: secret });
      t.equal(failed.status, 400);
      t.equal((await client.call('forensics', { ...raw, key: secret })).status, 200);
      t.equal((await client.call('forensics', { ...raw, key: secret })).status, 402);
    });

    t.test(
      'a verdict with forensics has the same object; from the cache with the same pictures',
      async (t) => {
        const alone = await client.call('forensics', raw);
        const first = await client.call('detect', json({ include_forensics: true }));
        const { artifacts, ...figures } = first.body.forensics;
        const { artifacts: _, request_id: __, latency_ms: ___, ...expected } = alone.body;
        t.same(figures, expected);
        const again = await client.call('detect', json({ include_forensics: true }));
        t.equal(again.body.cached, true);
        const ids = (urls: Record<string, string | null>) => Object.values(urls).map((u) => u?.split('?')[0]);
        t.same(ids(again.body.forensics.artifacts), ids(artifacts));
        const without = await client.call('detect', json({}));
        t.notHas(without.body, { forensics: Object });
      },
    );
  });
}
