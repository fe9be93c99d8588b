/** The wire below the requests, on both engines: pipelining, smuggling, keep-alive, TLS. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { resolveSettings } from '../../src/config/settings.js';
import { startApp } from '../../src/main.js';
import { freshFolder } from '../support/folders.js';
import {
  assertAtRest,
  ENGINES,
  fixture,
  openSocket,
  type RunningApp,
  startTestApp,
} from '../support/running-app.js';

const bmp = await fixture('tiny.bmp');

/** Sends, and reads until the server closes, as many answers as wanted are there, or, where none is sure to come, it is quiet. */
async function talk(app: RunningApp, bytes: Uint8Array | string, wanted?: number): Promise<string> {
  const socket: Socket = await openSocket(app);
  return new Promise((resolve) => {
    let text = '';
    let timer = setTimeout(end, wanted === undefined ? 2000 : 60_000);
    function end(): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    }
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (wanted === undefined) {
        clearTimeout(timer);
        timer = setTimeout(end, 400);
      } else if (statusLines(text).filter((status) => status !== '100').length >= wanted) end();
    });
    socket.on('close', end);
    socket.write(bytes);
  });
}

const statusLines = (text: string): string[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status as string);

for (const engine of ENGINES) {
  t.test(engine, async (t) => {
    const app = await startTestApp(t, { engine });
    const host = `Host: ${app.host}:${app.port}`;
    const auth = `Authorization: Bearer ${app.key}`;
    const post = (...headers: string[]): string =>
      ['POST /v1/detect HTTP/1.1', host, auth, ...headers, '', ''].join('\r\n');
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\n${host}\r\n${auth}\r\n\r\n`;

    t.test(
      '[transport.pipelining] requests sent at once are answered in order, or the connection is closed',
      async (t) => {
        const image = 'Content-Type: image/bmp';
        const text = await talk(
          app,
          Buffer.concat([
            Buffer.from(get('/livez') + post(image, `Content-Length: ${bmp.length}`)),
            bmp,
            Buffer.from(
              `${get('/nowhere') + post(image, 'Transfer-Encoding: chunked')}${bmp.length.toString(16)}\r\n`,
            ),
            bmp,
            Buffer.from(`\r\n0\r\n\r\n${get('/v1/usage')}`),
          ]),
          5,
        );
        const answers = statusLines(text);
        t.same(answers, ['200', '200', '404', '200', '200'].slice(0, answers.length));
        // uWebSockets.js takes no request while another one's answer is pending.
        if (engine === 'uws') return;
        t.equal(answers.length, 5);
        t.match(text, /"verdict".*No such path.*"verdict".*"scans"/s);
      },
    );

    t.test('[transport.keep_alive] one connection serves many requests', async (t) => {
      const socket = await openSocket(app);
      let text = '';
      socket.on('data', (chunk) => (text += chunk));
      for (let i = 1; i <= 30; i++) {
        socket.write(get('/livez'));
        while (statusLines(text).length < i) await new Promise((resolve) => socket.once('data', resolve));
      }
      t.equal(statusLines(text).length, 30);
      socket.destroy();
    });

    t.test('[transport.smuggling] no second request is found inside a first one', async (t) => {
      const hidden = get('/v1/usage');
      const attempts: Record<string, string> = {
        'length before chunked': `${post(`Content-Length: ${hidden.length + 5}`, 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`,
        'chunked before length': `${post('Transfer-Encoding: chunked', 'Content-Length: 4')}0\r\n\r\n${hidden}`,
        'two lengths': post('Content-Length: 0', `Content-Length: ${hidden.length}`) + hidden,
        'two equal lengths': post('Content-Length: 0', 'Content-Length: 0') + hidden,
        'two lengths in one': post('Content-Length: 0, 5') + hidden,
        'a sign': post('Content-Length: +0') + hidden,
        hexadecimal: post('Content-Length: 0x0') + hidden,
        'chunked twice': `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`,
        'chunked and identity': `${post('Transfer-Encoding: chunked, identity')}0\r\n\r\n${hidden}`,
        'identity and chunked': `${post('Transfer-Encoding: identity, chunked')}0\r\n\r\n${hidden}`,
        'not quite chunked': `${post('Transfer-Encoding: xchunked')}0\r\n\r\n${hidden}`,
        'a space before the colon': `${post('Transfer-Encoding : chunked', 'Content-Length: 5')}0\r\n\r\n${hidden}`,
        'a tab in the value': `${post('Transfer-Encoding: \tchunked', 'Content-Length: 5')}0\r\n\r\n${hidden}`,
        'a folded line': `${post('X-A: b', ' Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n${hidden}`,
        'a bare line feed': `POST /v1/detect HTTP/1.1\n${host}\n${auth}\nContent-Length: 0\n\n${hidden}`,
        'a chunk size with a sign': `${post('Transfer-Encoding: chunked')}-1\r\n\r\n0\r\n\r\n${hidden}`,
        'a chunk size that overflows': `${post('Transfer-Encoding: chunked')}10000000000000000\r\n\r\n0\r\n\r\n${hidden}`,
        'a carriage return in the head': `GET /livez HTTP/1.1\r\n${host}\rX: y\r\n\r\n`,
        'a zero byte in the head': `GET /livez HTTP/1.1\r\n${host}\r\nX-A: a\0b\r\n\r\n`,
      };
      for (const [name, bytes] of Object.entries(attempts)) {
        const text = await talk(app, bytes);
        t.notMatch(text, /"scans":/, `${name}: ${statusLines(text).join(' ') || 'hung up'}`);
        t.notMatch(statusLines(text).join(' '), /50[0-4]/, name);
      }
      await assertAtRest(t, app);
    });

    t.test('[transport.smuggling] a refused body is not read as the next request', async (t) => {
      const hidden = get('/v1/usage');
      for (const path of ['/v1/nowhere', '/livez', '/v1/usage']) {
        const text = await talk(
          app,
          `POST ${path} HTTP/1.1\r\n${host}\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}${get('/livez')}`,
        );
        t.notMatch(text, /"scans":/, path);
        t.match(statusLines(text)[1] ?? '200', '200', 'what follows it is');
      }
    });

    t.test('[transport.host] a request for another kind of target is refused', async (t) => {
      for (const [name, head] of Object.entries({
        'no host': 'GET /livez HTTP/1.1\r\n\r\n',
        'two hosts': `GET /livez HTTP/1.1\r\n${host}\r\nHost: b.example\r\n\r\n`,
        'a host with a path': 'GET /livez HTTP/1.1\r\nHost: a.example/b\r\n\r\n',
        'a tunnel': `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n\r\n`,
        'a URL as target': `GET http://169.254.169.254/latest HTTP/1.1\r\n${host}\r\n\r\n`,
      })) {
        const [status = 'hung up'] = statusLines(await talk(app, head));
        // 505 is uWebSockets.js' answer to a first line that it does not know.
        t.match(status, /^4|505|hung up/, name);
      }
    });

    t.test('[transport.continue] a client that asks before it sends its body', async (t) => {
      const good = await talk(
        app,
        Buffer.concat([
          Buffer.from(
            post('Content-Type: image/bmp', 'Expect: 100-continue', `Content-Length: ${bmp.length}`),
          ),
          bmp,
        ]),
        1,
      );
      t.match(statusLines(good).at(-1), '200');
      const refused = await talk(
        app,
        `POST /v1/detect HTTP/1.1\r\n${host}\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n`,
      );
      t.match(statusLines(refused).at(-1), '401', 'is refused without it');
    });
  });

  t.test(`${engine}: TLS`, async (t) => {
    const folder = freshFolder(t);
    const first = certificate(folder, 'first.example');
    const second = certificate(folder, 'second.example');
    const tls = { tls_cert: join(folder, 'cert.pem'), tls_key: join(folder, 'key.pem') };
    const use = ({ cert, key }: { cert: string; key: string }): void => {
      copyFileSync(cert, tls.tls_cert);
      copyFileSync(key, tls.tls_key);
    };
    use(first);
    const { settings } = resolveSettings({});
    const own = {
      port: 0,
      data_dir: join(folder, 'data'),
      log_level: 'silent',
      workers: 1,
      inference_threads: 1,
    } as const;
    const app = await startApp({ ...settings, ...own, ...tls, engine });
    t.teardown(() => app.close());
    const port = Number(new URL(app.url).port);
    t.match(app.url, /^https:/);

    const { headers, status } = await httpsGet(port, '/livez');
    t.equal(status, 200);
    t.equal(headers['strict-transport-security'], 'max-age=31536000', '[tls.hsts]');

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      t.equal(await handshake(t, port, version), 'first.example', `[tls.versions] ${version}`);
    for (const version of ['TLSv1', 'TLSv1.1'] as const)
      t.equal(await handshake(t, port, version), null, `[tls.versions] ${version} is refused`);

    const old = await openTls(port);
    use(second);
    app.reload();
    let now: string | null = null;
    for (let i = 0; i < 50 && now !== 'second.example'; i++) now = await handshake(t, port, 'TLSv1.3');
    t.equal(now, 'second.example', '[tls.reload] new connections see the new certificate');
    old.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    t.match(
      await new Promise((resolve) => old.once('data', (chunk) => resolve(String(chunk)))),
      /200 OK/,
      'old ones live on',
    );
    old.destroy();

    writeFileSync(tls.tls_cert, 'no certificate');
    app.reload();
    t.equal(await handshake(t, port, 'TLSv1.3'), 'second.example', '[tls.reload] a bad one is not taken');
  });
}

function certificate(folder: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`],
    { stdio: 'ignore' },
  );
  return { cert, key };
}

function openTls(port: number, options = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () =>
      resolve(socket),
    );
    socket.once('error', reject);
  });
}

/** The name on the server's certificate, or null where it refuses the version. */
async function handshake(
  t: Test,
  port: number,
  version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3',
): Promise<string | null> {
  try {
    const socket = await openTls(port, {
      minVersion: version,
      maxVersion: version,
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  } catch (error) {
    t.comment(`${version}: ${(error as Error).message}`);
    return null;
  }
}

function httpsGet(
  port: number,
  path: string,
): Promise<{ status: number | undefined; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    request({ port, path, host: '127.0.0.1', rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    })
      .on('error', reject)
      .end();
  });
}
