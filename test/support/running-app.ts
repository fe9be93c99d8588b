/** The whole server in this process, on a free port and a fresh data folder, and what tests of it ask again and again. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { run as keysCommand } from '../../src/cli/keys.js';
import type { Settings } from '../../src/config/schema.js';
import { resolveSettings } from '../../src/config/settings.js';
import { startApp } from '../../src/main.js';

export const FIXTURES = fileURLToPath(new URL('../../../test/fixtures', import.meta.url));
export const fixture = (name: string): Promise<Buffer> => readFile(join(FIXTURES, name));

export const ENGINES = ['uws', 'node'] as const;

export interface RunningApp {
  url: string;
  host: string;
  port: number;
  /** A live key without limits of rate and quota. */
  key: string;
  close(): Promise<void>;
}

/** In this process, so that a test can look at what it stores. */
export interface TestApp extends RunningApp {
  dataDir: string;
  /** As SIGHUP does. */
  reload(): void;
}

/** Creates a key as an operator does, by the command line on the same data folder. */
export async function createKey(dataDir: string): Promise<string> {
  const stdout = new PassThrough();
  const io = { stdout, stderr: new PassThrough(), stdin: new PassThrough(), env: {}, cwd: dataDir };
  const code = await keysCommand(['create', '--plan', 'enterprise', '--json', '--data-dir', dataDir], io);
  stdout.end();
  const printed = await text(stdout);
  if (code !== 0) throw new Error(`keys create ended with ${code}: ${printed}`);
  return (JSON.parse(printed) as { secret: string }).secret;
}

/** Starts the server; it is closed with the test. The verdict cache is off, so that every request walks the road. */
export async function startTestApp(t: Test, overrides: Partial<Settings> = {}): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'aidet-test-'));
  t.teardown(() => rm(dataDir, { recursive: true, force: true }));
  const key = await createKey(dataDir);
  const { settings } = resolveSettings({});
  const app = await startApp({
    ...settings,
    port: 0,
    data_dir: dataDir,
    log_level: 'silent',
    verdict_cache_bytes: 0,
    // On a machine that others keep busy everything takes long; tests of the deadline set their own.
    deadline_ms: 300_000,
    workers: 2,
    inference_threads: 1,
    ...overrides,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= app.close());
  t.teardown(close);
  const { hostname, port } = new URL(app.url);
  return { url: app.url, host: hostname, port: Number(port), key, dataDir, reload: app.reload, close };
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely.
  body: any;
}

/** Sends an image by the way of its own bytes. */
export async function detect(
  app: { url: string; key: string },
  bytes: Uint8Array,
  options: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${app.url}/v1/detect?${new URLSearchParams(options)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The head and body of a raw POST /v1/detect, for clients that behave badly on purpose. */
export function rawDetect(
  app: RunningApp,
  body: Uint8Array,
  options = '',
): { head: string; body: Uint8Array } {
  const head = [
    `POST /v1/detect${options} HTTP/1.1`,
    `Host: ${app.host}:${app.port}`,
    `Authorization: Bearer ${app.key}`,
    'Content-Type: application/octet-stream',
    `Content-Length: ${body.byteLength}`,
    '',
    '',
  ].join('\r\n');
  return { head, body };
}

/** A connection whose errors are expected: the server may cut it at any time. */
export function openSocket(app: RunningApp): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(app.port, app.host, () => {
      socket.off('error', reject).on('error', () => {});
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Value of a metric without labels. */
export async function metric(app: { url: string }, name: string): Promise<number> {
  const page = await (await fetch(`${app.url}/metrics`)).text();
  const line = page.split('\n').find((l) => l.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no metric ${name}`);
  return Number(line.slice(name.length + 1));
}

/** Waits for a condition; says what did not come true. */
export async function until(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`${what}: not within a minute`);
    await sleep(10);
  }
}

/** What a server holds while it works, each with its value at rest; the reading itself is one request. */
const AT_REST: Record<string, number> = {
  aidet_http_requests_in_flight: 1,
  aidet_images_in_flight: 0,
  aidet_images_queued: 0,
  aidet_in_flight_bytes: 0,
  aidet_inference_queued_tiles: 0,
  aidet_inference_running_tiles: 0,
};

/** Every counter of things in flight is back at rest: nothing that was taken is held by nobody. */
export async function assertAtRest(t: Test, app: { url: string }): Promise<void> {
  const seen: Record<string, number> = {};
  await until('counters at rest', async () => {
    for (const name of Object.keys(AT_REST)) seen[name] = await metric(app, name);
    return Object.entries(AT_REST).every(([name, value]) => seen[name] === value);
  }).catch(() => {});
  t.same(seen, AT_REST, 'nothing is in flight any more');
}
