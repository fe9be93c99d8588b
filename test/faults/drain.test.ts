/** SIGTERM: what is in flight is answered, nothing new is taken in, the process ends by itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { renderPhoto, sharpOf } from '../../bench/images.js';
import { createKey, ENGINES, metric, openSocket, rawDetect, until } from '../support/running-app.js';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const large = await sharpOf(renderPhoto(1600, 1200, 23), 1600, 1200)
  .jpeg()
  .toBuffer();

interface ServerProcess {
  child: ChildProcess;
  url: string;
  host: string;
  port: number;
  key: string;
  close(): Promise<void>;
}

async function serve(t: Test, ...flags: string[]): Promise<ServerProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'aidet-test-'));
  t.teardown(() => rm(dataDir, { recursive: true, force: true }));
  const key = await createKey(dataDir);
  const own = ['--port', '0', '--data-dir', dataDir, '--log-level', 'error', '--workers', '1'];
  const child = spawn(process.execPath, [CLI, 'serve', ...own, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += chunk));
  await until('the server listens', () => {
    if (child.exitCode !== null) throw new Error(printed);
    return /listens on \S+\n/.test(printed);
  });
  const url = /listens on (\S+)\n/.exec(printed)?.[1] as string;
  const { hostname, port } = new URL(url);
  return { child, url, host: hostname, port: Number(port), key, close: async () => {} };
}

for (const engine of ENGINES) {
  t.test(`${engine}: requests in flight are answered`, async (t) => {
    const server = await serve(t, '--engine', engine, '--drain-ms', '120000', '--deadline-ms', '120000');
    const { head, body } = rawDetect(server, large);
    const sockets = await Promise.all(Array.from({ length: 6 }, () => openSocket(server)));
    const answers = sockets.map((socket) => text(socket));
    // The server can not be done with them before the last byte, nor begin to stop before all six are in.
    for (const socket of sockets) socket.write(Buffer.concat([Buffer.from(head), body.subarray(0, -1)]));
    const idle = await openSocket(server);
    await until('all six are in', async () => (await metric(server, 'aidet_http_requests_in_flight')) === 7);
    const exited = once(server.child, 'exit');
    for (const socket of sockets) socket.write(body.subarray(-1));
    server.child.kill('SIGTERM');
    for (const answer of await Promise.all(answers)) t.match(answer, /^HTTP\/1.1 200 .*"verdict":/s);
    const [code] = await exited;
    t.equal(code, 0, 'ended by itself, an idle connection does not hold it');
    idle.destroy();
    await t.rejects(fetch(`${server.url}/livez`), 'the port is free');
  });

  t.test(`${engine}: a client that never ends is not waited for beyond the drain time`, async (t) => {
    const server = await serve(t, '--engine', engine, '--drain-ms', '300');
    const { head, body } = rawDetect(server, large);
    const stuck = await openSocket(server);
    stuck.write(head);
    stuck.write(body.subarray(0, 1000));
    await until('it is in', async () => (await metric(server, 'aidet_http_requests_in_flight')) === 2);
    const exited = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    const [code, signal] = await exited;
    t.equal(signal, null);
    t.equal(code, 0);
    stuck.destroy();
  });
}
