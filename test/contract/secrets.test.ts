/** Keys, image bytes, query strings and the server's own secrets: nowhere in what the server writes or says. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { freshFolder } from '../support/folders.js';
import { ENGINES, fixture } from '../support/running-app.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AIDET_')));

interface Server {
  url: string;
  child: ChildProcess;
  /** Everything on standard output and error so far. */
  output(): string;
}

async function startServer(t: Test, dataDir: string, engine: string): Promise<Server> {
  const flags = ['--data-dir', dataDir, '--port', '0', '--engine', engine, '--log-level', 'trace'];
  const argv = [
    MAIN,
    'serve',
    ...flags,
    '--workers',
    '1',
    '--inference-threads',
    '1',
    '--metrics-token',
    METRICS_TOKEN,
  ];
  const child = spawn(process.execPath, argv, { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString('latin1');
    });
  for (;;) {
    const url = /aidet listens on (\S+)/.exec(output)?.[1];
    if (url !== undefined) return { url, child, output: () => output };
    const ended = await Promise.race([
      once(child.stderr, 'data').then(() => false),
      once(child, 'exit').then(() => true),
    ]);
    if (ended) throw new Error(`the server ended: ${output}`);
  }
}

async function createKey(
  dataDir: string,
  ...options: string[]
): Promise<{ secret: string; id: string; project: string }> {
  const argv = [MAIN, 'keys', 'create', '--json', '--data-dir', dataDir, ...options];
  return JSON.parse((await promisify(execFile)(process.execPath, argv, { env: ENV })).stdout);
}

const METRICS_TOKEN = 'metrics-token-0123456789';
const image = await fixture('pixel.png');

for (const engine of ENGINES) {
  test(`${engine}: nothing secret is written or said`, async (t) => {
    const dataDir = freshFolder(t);
    const live = await createKey(dataDir, '--plan', 'pro');
    const admin = await createKey(dataDir, '--project', live.project, '--scope', 'admin');
    const server = await startServer(t, dataDir, engine);
    const said: string[] = [];
    const marks: Record<string, string> = {
      'a query string': 'q5ecretq5ecret',
      'text of a body': 'b0dyb0dyb0dy',
      'a password of a URL': 'passw0rdpassw0rd',
    };
    const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
      const response = await fetch(server.url + path, { redirect: 'manual', ...init });
      const copy = response.clone();
      said.push(
        JSON.stringify([...response.headers]),
        Buffer.from(await copy.arrayBuffer()).toString('latin1'),
      );
      return response;
    };
    const auth = { authorization: `Bearer ${live.secret}` };
    const json = { 'content-type': 'application/json' };
    const post = (headers: Record<string, string>, body: NonNullable<RequestInit['body']>): RequestInit => ({
      method: 'POST',
      headers,
      body,
    });
    const [key, query, text, password] = [live.secret, ...Object.values(marks)] as [
      string,
      string,
      string,
      string,
    ];

    // A key where it belongs, and wherever it may get by mistake.
    t.equal((await ask('/v1/detect', post({ ...auth, 'content-type': 'image/png' }, image))).status, 200);
    await ask(`/v1/detect?api_key=${key}`, post({ 'content-type': 'image/png' }, image));
    await ask(`/v1/detect?${key}=1`, post({ ...auth, 'content-type': 'image/png' }, image));
    await ask(
      '/v1/detect',
      post({ ...auth, ...json }, JSON.stringify({ [key]: 1, image_base64: image.toString('base64') })),
    );
    await ask(
      '/v1/detect',
      post({ ...auth, ...json }, JSON.stringify({ api_key: key, model: key, image_base64: text })),
    );
    await ask('/v1/detect', post({ ...auth, ...json }, `{"image_base64": "${text}${key}`));
    await ask(
      '/v1/detect',
      post(
        { ...auth, ...json },
        JSON.stringify({ image_base64: image.toString('base64'), model_threshold: key }),
      ),
    );
    await ask(`/v1/${key}`);
    await ask(`/v1/keys/${key}`, { headers: { authorization: `Bearer ${admin.secret}` } });
    await ask(`/v1/models/${key}`, { headers: auth });
    await ask('/v1/usage', { headers: { authorization: key } });
    await ask('/v1/usage', { headers: { authorization: `Basic ${key}` } });
    await ask('/v1/usage', { headers: { authorization: `Bearer ${key}x` } });
    await ask('/v1/usage', { headers: { ...auth, 'x-request-id': key } });
    await ask('/v1/usage', { headers: { ...auth, 'x-request-id': 'a-client-of-mine' } });
    await ask('/v1/usage', {
      headers: { ...auth, cookie: `key=${key}`, 'user-agent': key, 'x-forwarded-for': key, referer: key },
    });
    const form = new FormData();
    form.set(key, new Blob([image]), `${key}.png`);
    await ask('/v1/detect', { method: 'POST', headers: auth, body: form });
    await ask('/v1/detect', post({ ...auth, 'idempotency-key': key, 'content-type': 'image/png' }, image));
    await ask(
      '/v1/detect',
      post({ ...auth, 'idempotency-key': `${key} `.repeat(9), 'content-type': 'image/png' }, image),
    );
    // URLs whose query or password is nobody's business.
    for (const url of [
      `http://127.0.0.1/a.png?token=${query}`,
      `http://user:${password}@127.0.0.1/`,
      `http://127.0.0.1:81/?${query}`,
      `gopher://${key}/?${query}`,
    ])
      await ask('/v1/detect', post({ ...auth, ...json }, JSON.stringify({ image_url: url })));
    // What HTTP itself refuses.
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket
      .on('error', () => {})
      .end(`GET /v1/usage?${query} HTTP/9.9\r\nAuthorization: Bearer ${key}\r\n\r\n`);
    await once(socket.resume(), 'close');
    // A secret is said once, to who makes it; from there on it is looked for too.
    const made = await fetch(
      `${server.url}/v1/keys`,
      post({ authorization: `Bearer ${admin.secret}`, ...json }, '{"name": "shop"}'),
    );
    const second = (await made.json()) as { secret: string; id: string };
    await ask('/v1/keys', { headers: { authorization: `Bearer ${admin.secret}` } });
    await ask(`/v1/keys/${second.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${admin.secret}` },
    });
    await ask('/metrics', { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
    await ask('/metrics', { headers: { authorization: `Bearer ${key}` } });
    await ask('/v1/health');
    // A picture's signature opens it for whoever reads a log.
    const pictured = await fetch(
      `${server.url}/v1/detect?include_heatmap=true`,
      post({ ...auth, 'content-type': 'image/png' }, image),
    );
    const { heatmap_url: heatmapUrl } = (await pictured.json()) as { heatmap_url: string };
    await fetch(heatmapUrl);
    await fetch(heatmapUrl.replace('sig=', 'sig=A'));
    server.child.kill('SIGTERM');
    await once(server.child, 'close');

    const output = server.output();
    t.match(output, /"client_request_id":"a-client-of-mine"/, 'the log was read');
    t.ok(said.join().includes('aidet_http_requests_total'), 'the metrics were read');
    const secrets: Record<string, string> = {
      'the key': key.slice(14, -6),
      'the admin key': admin.secret.slice(14, -6),
      'a key made over the API': second.secret.slice(14, -6),
      'the metrics token': METRICS_TOKEN,
      'the server secret': readFileSync(join(dataDir, 'server.secret'), 'utf8').trim(),
      'the image': image.toString('base64').slice(20, 60),
      'the image itself': image.subarray(20, 60).toString('latin1'),
      'a signature': new URL(heatmapUrl).searchParams.get('sig') as string,
      ...marks,
    };
    for (const file of readdirSync(join(dataDir, 'at-rest-keys')))
      secrets['a key at rest'] = readFileSync(join(dataDir, 'at-rest-keys', file), 'utf8').trim();
    for (const [name, secret] of Object.entries(secrets)) {
      t.ok(secret.length >= 12, name);
      t.notOk(output.includes(secret), `${name} is not in the log`);
      t.notOk(said.join('\n').includes(secret), `${name} is not in an answer`);
    }
  });
}
