/** Bytes that are no HTTP, and HTTP that is no request of ours: the server answers or hangs up, and lives. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import t from 'tap';
import { seededRandom } from '../../bench/random.js';
import {
  assertAtRest,
  ENGINES,
  fixture,
  openSocket,
  type RunningApp,
  startTestApp,
} from '../support/running-app.js';

const image = await fixture('tiny.bmp');

/** Sends, ends its side, reads to the end. */
async function talk(app: RunningApp, bytes: Uint8Array | string): Promise<string> {
  const socket: Socket = await openSocket(app);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.end(bytes);
  await gone;
  return Buffer.concat(chunks).toString('latin1');
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

for (const engine of ENGINES) {
  t.test(`${engine}: garbage`, async (t) => {
    const app = await startTestApp(t, { engine });
    const host = `Host: ${app.host}:${app.port}`;
    const auth = `Authorization: Bearer ${app.key}`;
    const close = 'Connection: close';
    const post = (...headers: string[]): string =>
      ['POST /v1/detect HTTP/1.1', host, auth, close, ...headers, '', ''].join('\r\n');
    const cases: Record<string, string | Uint8Array> = {
      'random bytes': randomBytes(4096),
      zeros: new Uint8Array(2000),
      'a TLS hello': Buffer.from('16030100c8010000c40303', 'hex'),
      'a bare line feed': '\n\n\n',
      'HTTP/0.9': 'GET /\r\n\r\n',
      'a version of the future': 'GET / HTTP/9.9\r\n\r\n',
      'no host': 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n',
      'two lengths': post('Content-Length: 5', 'Content-Length: 6') + 'hello!',
      'length and chunked': post('Content-Length: 5', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
      'a negative length': post('Content-Length: -1'),
      'a length beyond all numbers': post('Content-Length: 99999999999999999999999999'),
      'a length that is no number': post('Content-Length: 0x10'),
      'a chunk size that is no number': post('Transfer-Encoding: chunked') + 'zz\r\nhello\r\n0\r\n\r\n',
      'a chunk size beyond all numbers':
        post('Transfer-Encoding: chunked') + 'fffffffffffffffff\r\nhello\r\n',
      'a head without end': `GET /livez HTTP/1.1\r\n${host}\r\nX-A: ${'a'.repeat(70_000)}`,
      'a thousand headers': `GET /livez HTTP/1.1\r\n${host}\r\n${'X-A: b\r\n'.repeat(1000)}\r\n`,
      'a control character in the path': `GET /\x01\x02 HTTP/1.1\r\n${host}\r\n${close}\r\n\r\n`,
      'a path that climbs': `GET /v1/artifacts/../../../etc/passwd HTTP/1.1\r\n${host}\r\n${close}\r\n\r\n`,
      'a broken percent sign': `GET /v1/%zz?%ff=%e0%a4 HTTP/1.1\r\n${host}\r\n${close}\r\n\r\n`,
      'multipart without boundary': post('Content-Type: multipart/form-data', 'Content-Length: 5') + 'hello',
      'multipart that ends early':
        post('Content-Type: multipart/form-data; boundary=x', 'Content-Length: 60') +
        '--x\r\nContent-Disposition: form-data; name="image"\r\n\r\nabcdefg',
      'JSON that ends early':
        post('Content-Type: application/json', 'Content-Length: 17') + '{"image_base64":"',
      'JSON nested deeply': (() => {
        const json = '['.repeat(100_000);
        return post('Content-Type: application/json', `Content-Length: ${json.length}`) + json;
      })(),
      'msgpack that promises four gigabytes':
        post('Content-Type: application/msgpack', 'Content-Length: 5') + '\xdf\xff\xff\xff\xff',
    };
    for (const [name, bytes] of Object.entries(cases)) {
      const sent = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      const status = statusOf(await talk(app, sent));
      // 505 is what uWebSockets.js itself says to a version that is not HTTP/1.1.
      const refused = status === 0 || (status >= 400 && status < 500) || status === 505;
      t.ok(refused, `${name}: ${status || 'hung up'}`);
    }
    t.equal((await fetch(`${app.url}/livez`)).status, 200, 'alive');
    await assertAtRest(t, app);
  });

  t.test(`${engine}: a valid multipart request with bytes changed at random`, async (t) => {
    const app = await startTestApp(t, { engine });
    const body = Buffer.concat([
      Buffer.from(
        '--edge\r\nContent-Disposition: form-data; name="image"; filename="a.bmp"\r\nContent-Type: image/bmp\r\n\r\n',
      ),
      image,
      Buffer.from(
        '\r\n--edge\r\nContent-Disposition: form-data; name="include_heatmap"\r\n\r\ntrue\r\n--edge--\r\n',
      ),
    ]);
    const random = seededRandom(4);
    const below = (n: number): number => Math.floor(random() * n);
    for (let i = 0; i < 60; i++) {
      const changed = Buffer.from(body);
      for (let k = 0; k <= i % 4; k++) changed[below(i % 2 === 0 ? 140 : changed.length)] = below(256);
      const response = await fetch(`${app.url}/v1/detect`, {
        method: 'POST',
        headers: { authorization: `Bearer ${app.key}`, 'content-type': 'multipart/form-data; boundary=edge' },
        body: changed,
      });
      const answer = (await response.json()) as { verdict?: string; error?: { code: string } };
      const fine = response.status === 200 ? answer.verdict !== undefined : answer.error !== undefined;
      if (response.status >= 500 || !fine)
        t.fail(`change ${i}: ${response.status} ${JSON.stringify(answer)}`);
    }
    t.pass('each was answered by a verdict or a clear error');
    await assertAtRest(t, app);
  });
}
