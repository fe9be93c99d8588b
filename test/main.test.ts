/** Starting and ending the whole server. */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import type { Settings } from '../src/config/schema.js';
import { resolveSettings } from '../src/config/settings.js';
import { activeModel, startApp } from '../src/main.js';
import { freshFolder } from './support/folders.js';
import { fixture } from './support/running-app.js';

function settings(dataDir: string, own: Partial<Settings> = {}): Settings {
  const quiet = {
    port: 0,
    log_level: 'silent',
    workers: 1,
    inference_threads: 1,
    data_dir: dataDir,
  } as const;
  return { ...resolveSettings({}).settings, ...quiet, ...own };
}

async function verdict(url: string, key: string): Promise<{ verdict: string; livemode: boolean }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'image/png' };
  const response = await fetch(`${url}/v1/detect`, {
    method: 'POST',
    headers,
    body: await fixture('pixel.png'),
  });
  return (await response.json()) as { verdict: string; livemode: boolean };
}

t.test('the first start makes a project with a live and a test key, later ones do not', async (t) => {
  const dataDir = freshFolder(t);
  const first = await startApp(settings(dataDir));
  const keys = first.firstKeys;
  t.match(keys, { live: /^aidet_live_sk_/, test: /^aidet_test_sk_/ });
  t.match(await verdict(first.url, keys?.live ?? ''), { verdict: String, livemode: true });
  t.match(await verdict(first.url, keys?.test ?? ''), { verdict: String, livemode: false });
  await first.close();
  const second = await startApp(settings(dataDir));
  t.equal(second.firstKeys, null);
  t.match(await verdict(second.url, keys?.live ?? ''), { livemode: true }, 'the keys are still good');
  await second.close();
  await t.rejects(fetch(`${second.url}/livez`), 'nothing listens any more');
});

t.test('a start that fails says why and leaves nothing running', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const dataDir = freshFolder(t);
  for (const engine of ['uws', 'node'] as const)
    await t.rejects(startApp(settings(dataDir, { port, engine })), { message: /in use|EADDRINUSE/ }, engine);
  await t.rejects(startApp(settings(dataDir, { tls_cert: join(dataDir, 'none.pem') })), {
    message: /go together/,
  });
  await t.rejects(startApp(settings(dataDir, { model: 'none' })), { message: /No model 'none'.*aidet-/s });
  const foreign = process.arch === 'arm64' ? 'avx2' : 'neon';
  await t.rejects(startApp(settings(dataDir, { forensics_target: foreign })), {
    message: /AIDET_FORENSICS_TARGET is .* does not run; this machine runs scalar/,
  });
  const missing = { tls_cert: join(dataDir, 'none.pem'), tls_key: join(dataDir, 'none.key') };
  for (const engine of ['uws', 'node'] as const)
    await t.rejects(
      startApp(settings(dataDir, { ...missing, engine })),
      Error,
      `${engine}: a certificate that is not there`,
    );
  t.notOk(readdirSync(dataDir).includes('aidet.db-wal'), 'the database is closed');
  const app = await startApp(settings(dataDir));
  t.not(app.firstKeys, null, 'and no start that failed has used up the first keys');
  await app.close();
});

t.test('a GPU gets the large model, unless another is asked for', (t) => {
  const known = ['aidet-baseline', 'aidet-tile', 'aidet-tile-large'];
  t.equal(activeModel('', known, 'cpu'), 'aidet-tile');
  t.equal(activeModel('', known, 'cuda'), 'aidet-tile-large');
  t.equal(activeModel('', known, 'tensorrt'), 'aidet-tile-large');
  t.equal(activeModel('', ['aidet-tile'], 'cuda'), 'aidet-tile', 'where it is there');
  t.equal(activeModel('aidet-baseline', known, 'cuda'), 'aidet-baseline');
  t.equal(activeModel('aidet-tile-large', known, 'cpu'), 'aidet-tile-large');
  t.end();
});
