import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { collectGarbage } from '../support/garbage.js';
import { fetcherOf, OPTIONS, resolverOf, serve, serveRaw } from './hostile.js';

const IMAGE = Buffer.from('not looked at here');
const unfetchable = (words: RegExp) => ({
  name: 'AidetError',
  code: 'image_unfetchable',
  param: 'image_url',
  message: words,
});
const REFUSED = unfetchable(/no address that may be reached/);

t.test('an image comes whole, in a buffer of its own', async (t) => {
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const { lookup } = resolverOf({ 'images.test': [['127.0.0.1']] });
  const fetcher = fetcherOf(t, { ports: [site.port] }, { lookup });
  const url = `http://images.test:${site.port}/a.jpg?size=1`;
  const { bytes, finalUrl } = await fetcher.fetchImage(url, OPTIONS);
  t.ok(IMAGE.equals(bytes));
  t.equal(bytes.buffer.byteLength, IMAGE.length, 'it can be transferred');
  t.equal(finalUrl, url);
  t.same(site.seen, ['GET /a.jpg?size=1']);
  t.equal(fetcher.inFlight(), 0);
});

t.test('what is sent says who we are and nothing else', async (t) => {
  let headers: NodeJS.Dict<string | string[]> = {};
  const site = await serve(t, (request, response) => {
    headers = request.headers;
    response.setHeader('set-cookie', 'id=1').end(IMAGE);
  });
  const fetcher = fetcherOf(t, { ports: [site.port] });
  const url = `http://127.0.0.1:${site.port}/`;
  await fetcher.fetchImage(url, OPTIONS);
  await fetcher.fetchImage(url, OPTIONS);
  t.same(Object.keys(headers).sort(), ['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  t.equal(headers['user-agent'], 'aidet-test');
  t.equal(headers['accept-encoding'], 'identity');
});

t.test('a proxy of the environment is not used', async (t) => {
  const proxy = await serve(t, (_, response) => response.end('proxied'));
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY'];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
  t.teardown(() => {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    }
  });
  const { bytes } = await fetcherOf(t, { ports: [site.port] }).fetchImage(
    `http://127.0.0.1:${site.port}/`,
    OPTIONS,
  );
  t.ok(IMAGE.equals(bytes));
  t.equal(proxy.connections(), 0);
});

t.test('an explicit proxy takes over look-up and check', async (t) => {
  const proxy = await serveRaw(t, (socket) => {
    socket.once('data', (head) => {
      t.match(head.toString(), /^CONNECT images\.test:80 /);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () =>
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${IMAGE.length}\r\n\r\n${IMAGE}`),
      );
    });
  });
  const { lookup, asked } = resolverOf({});
  const fetcher = fetcherOf(t, { ports: ['80'], proxy: `http://127.0.0.1:${proxy.port}` }, { lookup });
  const { bytes } = await fetcher.fetchImage('http://images.test/', OPTIONS);
  t.ok(IMAGE.equals(bytes));
  t.same(asked, [], 'no look-up of ours');
  await t.rejects(
    fetcher.fetchImage('http://metadata.google.internal/', OPTIONS),
    REFUSED,
    'metadata stays closed',
  );
});

t.test("a text that can not be an image URL is the client's mistake", async (t) => {
  const fetcher = fetcherOf(t, { ports: ['80'] });
  const bad = [
    '',
    'x',
    '/relative',
    'ftp://a.test/',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    'gopher://a.test/',
    'http://',
    'http://user@a.test/',
    'http://user:secret@a.test/',
    'http://a.test:99999/',
    'http://[::1/',
    `http://a.test/${'a'.repeat(2048)}`,
  ];
  for (const url of bad) {
    await t.rejects(
      fetcher.fetchImage(url, OPTIONS),
      { code: 'invalid_request', param: 'image_url' },
      url.slice(0, 60),
    );
  }
  const error = await fetcher.fetchImage('http://user:secret@a.test/', OPTIONS).catch((e: Error) => e);
  t.notMatch((error as Error).message, /secret/);
});

t.test('every literal form of a forbidden address is refused before a connection', async (t) => {
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const fetcher = fetcherOf(t, { allow: [], ports: [site.port] });
  const hosts = [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '0177.1',
    '017700000001',
    '127.0.0.1.',
    '0',
    '0.0.0.0',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '127。0。0。1',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '255.255.255.255',
    '[fc00::1]',
    '[fe80::1]',
  ];
  for (const host of hosts)
    await t.rejects(fetcher.fetchImage(`http://${host}:${site.port}/`, OPTIONS), REFUSED, host);
  t.equal(site.connections(), 0);
});

t.test('texts that one reader takes for this host and another for that one', async (t) => {
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const { lookup } = resolverOf({ 'open.test': [['127.0.0.1']] });
  const fetcher = fetcherOf(t, { allow: ['open.test'], ports: [site.port] }, { lookup });
  const refused = { name: 'AidetError', code: /^(invalid_request|image_unfetchable)$/ };
  const port = site.port;
  for (const url of [
    `http://open.test\\@127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}\\@open.test/`,
    `http://open.test#@127.0.0.1:${port}/`,
    `http://open.test:80@127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}#.open.test/`,
    `http://127.0.0.1:${port}/?.open.test`,
    `http://127.0.\n0.1:${port}/`,
    `http://127.0.0.1%00.open.test:${port}/`,
    `http://127.0.0.1\t:${port}/`,
    `http:127.0.0.1:${port}/`,
    `http:///127.0.0.1:${port}/`,
    `http:\\\\127.0.0.1:${port}/`,
    `http://[fe80::1%25lo]:${port}/`,
    `http://[::ffff:0:7f00:1]:${port}/`,
    `http://[64:ff9b:1::7f00:1]:${port}/`,
    `http://[2606:4700::5efe:7f00:1]:${port}/`,
    `http://0x7f.0x0.0x0.0x1:${port}/`,
    `http://00000177.0.0.1:${port}/`,
    `http://127.0.0.1..:${port}/`,
  ])
    await t.rejects(fetcher.fetchImage(url, OPTIONS), refused, JSON.stringify(url));
  t.equal(site.connections(), 0);
});

t.test('a name with a forbidden address is refused, also where others are public', async (t) => {
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const { lookup } = resolverOf({
    'inside.test': [['127.0.0.1']],
    'inside6.test': [['::1']],
    'mixed.test': [['93.184.215.14', '127.0.0.1']],
    'mixed6.test': [['93.184.215.14', 'fd00::1']],
    'mapped.test': [['::ffff:127.0.0.1']],
    'empty.test': [[]],
  });
  const fetcher = fetcherOf(t, { allow: [], ports: [site.port] }, { lookup });
  for (const name of ['inside', 'inside6', 'mixed', 'mixed6', 'mapped', 'empty', 'missing']) {
    await t.rejects(fetcher.fetchImage(`http://${name}.test:${site.port}/`, OPTIONS), REFUSED, name);
  }
  t.equal(site.connections(), 0);
});

t.test('refused and missing names read the same', async (t) => {
  const { lookup } = resolverOf({ 'inside.test': [['10.0.0.1']] });
  const fetcher = fetcherOf(t, { allow: [], ports: ['80'] }, { lookup });
  const messageOf = (host: string) =>
    fetcher.fetchImage(`http://${host}/`, OPTIONS).catch((error: Error) => error.message);
  t.equal(await messageOf('inside.test'), await messageOf('missing.test'));
});

t.test('rebinding: the address that was checked is the one that is connected', async (t) => {
  const site = await serve(t, (_, response) => response.setHeader('connection', 'close').end(IMAGE));
  // The first answer may be reached, every later one may not.
  const { lookup, asked } = resolverOf({ 'rebind.test': [['127.0.0.1'], ['127.0.0.9']] });
  const fetcher = fetcherOf(t, { allow: ['127.0.0.1'], ports: [site.port] }, { lookup });
  const url = `http://rebind.test:${site.port}/`;
  await fetcher.fetchImage(url, OPTIONS);
  t.same(asked, ['rebind.test'], 'one look-up a connection');
  await t.rejects(fetcher.fetchImage(url, OPTIONS), REFUSED, 'a new connection is checked anew');
  t.equal(site.connections(), 1);
});

t.test('each redirect is checked anew', async (t) => {
  const site = await serve(t, (request, response) => {
    const to = new URL(request.url as string, 'http://x').searchParams.get('to') as string;
    response.writeHead(302, { location: to }).end();
  });
  const { lookup } = resolverOf({ 'open.test': [['127.0.0.1']], 'inside.test': [['10.0.0.1']] });
  const fetcher = fetcherOf(t, { allow: ['127.0.0.1'], ports: [site.port, '80'] }, { lookup });
  const via = (to: string) =>
    fetcher.fetchImage(`http://open.test:${site.port}/?to=${encodeURIComponent(to)}`, OPTIONS);
  for (const to of [
    'http://inside.test/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/',
    'http://[::ffff:a00:1]/',
    'http://0x0a000001/',
    'http://metadata.google.internal/',
    '//10.0.0.1/',
  ]) {
    await t.rejects(via(to), REFUSED, to);
  }
  for (const to of ['file:///etc/passwd', 'ftp://open.test/', 'http://user:pw@open.test/', 'javascript:1']) {
    await t.rejects(via(to), unfetchable(/redirected to a URL that is not allowed/), to);
  }
  await t.rejects(via('http://open.test:22/'), unfetchable(/port is not allowed/), 'port');
  await t.rejects(via('http://['), unfetchable(/redirected to nowhere/));
  await t.rejects(via(''), unfetchable(/redirected to nowhere/));
});

t.test('three redirects are followed and no fourth', async (t) => {
  const site = await serve(t, (request, response) => {
    const left = Number((request.url as string).slice(1));
    if (left === 0) response.end(IMAGE);
    else
      response
        .writeHead([301, 302, 303, 307, 308][left % 5] as number, { location: `/${left - 1}` })
        .end('elsewhere');
  });
  const fetcher = fetcherOf(t, { ports: [site.port] });
  const { finalUrl } = await fetcher.fetchImage(`http://127.0.0.1:${site.port}/3`, OPTIONS);
  t.equal(finalUrl, `http://127.0.0.1:${site.port}/0`);
  await t.rejects(
    fetcher.fetchImage(`http://127.0.0.1:${site.port}/4`, OPTIONS),
    unfetchable(/more than 3 times/),
  );
  t.equal(site.seen.length, 8, 'the fifth page is not asked for');
  t.equal(fetcher.inFlight(), 0);
});

function certificate(t: { teardown(f: () => void): void }): { key: string; cert: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'aidet-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name)) as [string, string];
  const subject = ['-subj', '/CN=images.test', '-addext', 'subjectAltName=DNS:images.test'];
  const form = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...form, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

t.test('https: the certificate must fit the name, and no redirect leaves it', async (t) => {
  const tls = certificate(t);
  const plain = await serve(t, (_, response) => response.end(IMAGE));
  const site = await serve(
    t,
    (request, response) => {
      if (request.url === '/down')
        response.writeHead(302, { location: `http://images.test:${plain.port}/` }).end();
      else response.end(IMAGE);
    },
    tls,
  );
  const { lookup } = resolverOf({ 'images.test': [['127.0.0.1']], 'other.test': [['127.0.0.1']] });
  const settings = { ports: [site.port, plain.port] };
  const fetcher = fetcherOf(t, settings, { lookup, ca: tls.cert });
  t.ok(IMAGE.equals((await fetcher.fetchImage(`https://images.test:${site.port}/`, OPTIONS)).bytes));
  await t.rejects(
    fetcher.fetchImage(`https://images.test:${site.port}/down`, OPTIONS),
    unfetchable(/from https to http/),
  );
  t.equal(plain.connections(), 0);
  await t.rejects(
    fetcher.fetchImage(`https://other.test:${site.port}/`, OPTIONS),
    unfetchable(/connection failed/),
    'other name',
  );
  const untrusting = fetcherOf(t, settings, { lookup });
  await t.rejects(
    untrusting.fetchImage(`https://images.test:${site.port}/`, OPTIONS),
    unfetchable(/connection failed/),
    'unknown issuer',
  );
});

t.test('ports that are not listed are closed', async (t) => {
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const fetcher = fetcherOf(t, { ports: ['80', '443'] });
  for (const port of [site.port, '22', '25', '6379', '8080']) {
    await t.rejects(
      fetcher.fetchImage(`http://127.0.0.1:${port}/`, OPTIONS),
      unfetchable(/port is not allowed/),
      port,
    );
  }
  t.equal(site.connections(), 0);
});

t.test('the allow list opens inside addresses, but never metadata or this machine', async (t) => {
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const zone = {
    'store.corp.test': [['127.0.0.1']],
    'evilcorp.test': [['127.0.0.1']],
    'meta.corp.test': [['169.254.169.254']],
  };
  const { lookup } = resolverOf(zone);
  const url = (host: string) => `http://${host}:${site.port}/`;
  const byName = fetcherOf(t, { allow: ['corp.test'], ports: [site.port] }, { lookup });
  t.ok(await byName.fetchImage(url('store.corp.test'), OPTIONS), 'a suffix');
  await t.rejects(byName.fetchImage(url('evilcorp.test'), OPTIONS), REFUSED, 'only at a label border');
  await t.rejects(
    byName.fetchImage(url('127.0.0.1'), OPTIONS),
    REFUSED,
    'the name was opened, not the address',
  );
  await t.rejects(
    byName.fetchImage(url('meta.corp.test'), OPTIONS),
    REFUSED,
    'metadata behind an allowed name',
  );
  const open = fetcherOf(
    t,
    { allow: ['0.0.0.0/0', '::/0', 'google.internal'], ports: [site.port] },
    { lookup },
  );
  for (const host of [
    '169.254.169.254',
    '[::ffff:a9fe:a9fe]',
    '168.63.129.16',
    '[fd00:ec2::254]',
    'metadata.google.internal',
    'METADATA.google.internal.',
  ]) {
    await t.rejects(open.fetchImage(url(host), OPTIONS), REFUSED, host);
  }
  const own = fetcherOf(
    t,
    { allow: ['0.0.0.0/0', '127.0.0.1', 'corp.test'], ports: [site.port] },
    { lookup, isOwnAddress: (a) => a === '127.0.0.1' },
  );
  await t.rejects(own.fetchImage(url('127.0.0.1'), OPTIONS), REFUSED, 'own address');
  await t.rejects(
    own.fetchImage(url('store.corp.test'), OPTIONS),
    REFUSED,
    'own address behind an allowed name',
  );
});

t.test("without a test's word for it, loopback and the interfaces are this machine's", async (t) => {
  const site = await serve(t, (_, response) => response.end(IMAGE));
  const { createFetcher, FETCH_TIMES } = await import('../../src/fetching/fetcher.js');
  const settings = {
    allow: ['0.0.0.0/0', '::/0'],
    ports: [site.port],
    proxy: '',
    concurrency: 4,
    concurrencyPerHost: 4,
    userAgent: 'x',
    times: FETCH_TIMES,
  };
  const fetcher = createFetcher(settings);
  t.teardown(() => fetcher.close());
  const own = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  const hosts = own
    .filter((entry) => !entry.address.startsWith('fe80'))
    .map((entry) => (entry.family === 'IPv6' ? `[${entry.address}]` : entry.address));
  for (const host of ['127.0.0.1', '127.8.8.8', '0.0.0.0', '[::1]', '[::]', '[::ffff:127.0.0.1]', ...hosts]) {
    await t.rejects(fetcher.fetchImage(`http://${host}:${site.port}/`, OPTIONS), REFUSED, host);
  }
  t.equal(site.connections(), 0);
});

t.test('answers that are no image file', async (t) => {
  const site = await serve(t, (request, response) => {
    const status = Number((request.url as string).slice(1));
    response.writeHead(status).end(status === 204 ? undefined : 'secret of the inside');
  });
  const fetcher = fetcherOf(t, { ports: [site.port] });
  for (const status of [204, 206, 304, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503]) {
    const error = (await fetcher
      .fetchImage(`http://127.0.0.1:${site.port}/${status}`, OPTIONS)
      .catch((e: Error) => e)) as Error;
    t.match(error, unfetchable(new RegExp(`answered ${status}`)), String(status));
    t.notMatch(error.message, /secret|127\.0\.0\.1/);
  }
  const empty = await serve(t, (_, response) => response.end());
  await t.rejects(
    fetcherOf(t, { ports: [empty.port] }).fetchImage(`http://127.0.0.1:${empty.port}/`, OPTIONS),
    unfetchable(/no data/),
  );
});

t.test('broken servers', async (t) => {
  const answers = {
    'hangs up': '',
    'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
    'shorter than it says': 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello',
    'head without end': `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}`,
    'broken chunks': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello',
  };
  for (const [name, answer] of Object.entries(answers)) {
    const site = await serveRaw(t, (socket) => socket.once('data', () => socket.end(answer)));
    const fetcher = fetcherOf(t, { ports: [site.port] });
    await t.rejects(
      fetcher.fetchImage(`http://127.0.0.1:${site.port}/`, OPTIONS),
      unfetchable(/connection failed/),
      name,
    );
  }
  const closed = await serve(t, (_, response) => response.end());
  await t.rejects(
    fetcherOf(t, { ports: ['9'] }).fetchImage('http://127.0.0.1:9/', OPTIONS),
    unfetchable(/connection failed/),
    'nobody listens',
  );
  t.ok(closed);
});

t.test('the size limit holds before, while and after unpacking', async (t) => {
  let written = 0;
  const zeros = Buffer.alloc(50_000_000);
  const gzipBomb = gzipSync(zeros);
  const brotliBomb = brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
  const site = await serve(t, (request, response) => {
    const piece = Buffer.alloc(50_000, 7);
    if (request.url === '/stated') response.writeHead(200, { 'content-length': 24_300_000 }).write(piece);
    if (request.url === '/exact') response.end(Buffer.alloc(100_000));
    if (request.url === '/over') response.end(Buffer.alloc(100_001));
    if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipBomb);
    if (request.url === '/br') response.writeHead(200, { 'content-encoding': 'br' }).end(brotliBomb);
    if (request.url === '/endless') {
      const more = (): void => {
        written += piece.length;
        if (!response.destroyed) response.write(piece, () => setImmediate(more));
      };
      more();
    }
  });
  const fetcher = fetcherOf(t, { ports: [site.port] });
  const get = (path: string) => fetcher.fetchImage(`http://127.0.0.1:${site.port}${path}`, OPTIONS);
  const tooLarge = { code: 'image_too_large', param: 'image_url' };
  await t.rejects(get('/stated'), { ...tooLarge, message: 'Image exceeds 100 kB limit (got 24300 kB)' });
  t.equal((await get('/exact')).bytes.length, 100_000);
  await t.rejects(get('/over'), tooLarge);
  await t.rejects(get('/gzip'), tooLarge);
  await t.rejects(get('/br'), tooLarge);
  await t.rejects(get('/endless'), { ...tooLarge, message: 'Image exceeds 100 kB limit (got more)' });
  t.ok(written < 20_000_000, `the endless one was cut off after ${written} bytes`);
  t.equal(fetcher.inFlight(), 0);
});

t.test('an encoding that was not asked for is undone or refused', async (t) => {
  const bodies: Record<string, Buffer> = {
    gzip: gzipSync(IMAGE),
    deflate: deflateSync(IMAGE),
    br: brotliCompressSync(IMAGE),
    identity: IMAGE,
  };
  const site = await serve(t, (request, response) => {
    const encoding = (request.url as string).slice(1);
    response
      .writeHead(200, { 'content-encoding': encoding })
      .end(bodies[encoding] ?? 'not compressed at all');
  });
  const fetcher = fetcherOf(t, { ports: [site.port] });
  const get = (encoding: string) => fetcher.fetchImage(`http://127.0.0.1:${site.port}/${encoding}`, OPTIONS);
  for (const encoding of Object.keys(bodies)) t.ok(IMAGE.equals((await get(encoding)).bytes), encoding);
  await t.rejects(get('zstd'), unfetchable(/encoding is not supported/));
  await t.rejects(get('gzip,%20gzip'), unfetchable(/encoding is not supported/));
  await t.rejects(get('x-gzip'), unfetchable(/encoding is corrupt/));
});

t.test('silence, drip and delay end at their times', async (t) => {
  const silent = await serveRaw(t, () => {});
  const drip = await serve(t, (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => {
      response.write('x');
      // A clock that only weak references hold would be gone now.
      collectGarbage();
    }, 20);
    response.once('close', () => clearInterval(timer));
  });
  const times = { connectMs: 1_000, firstByteMs: 100, totalMs: 60_000 };
  const patient = fetcherOf(t, { ports: [silent.port], times });
  await t.rejects(
    patient.fetchImage(`http://127.0.0.1:${silent.port}/`, OPTIONS),
    unfetchable(/timed out/),
    'no first byte',
  );
  const total = fetcherOf(t, { ports: [drip.port], times: { ...times, firstByteMs: 60_000, totalMs: 200 } });
  await t.rejects(
    total.fetchImage(`http://127.0.0.1:${drip.port}/`, OPTIONS),
    unfetchable(/timed out/),
    'a drip without end',
  );
  const deaf = fetcherOf(
    t,
    { ports: ['80'], times: { ...times, connectMs: 100 } },
    { lookup: (() => {}) as never },
  );
  await t.rejects(
    deaf.fetchImage('http://never.test/', OPTIONS),
    unfetchable(/timed out/),
    'a resolver that does not answer',
  );
  t.equal(patient.inFlight() + total.inFlight() + deaf.inFlight(), 0);
});

t.test('a client that goes away frees its place at once, waiting or not', async (t) => {
  const silent = await serveRaw(t, () => {});
  const fetcher = fetcherOf(t, { ports: [silent.port], concurrencyPerHost: 1 });
  const [running, waiting] = [new AbortController(), new AbortController()];
  const get = (signal: AbortSignal) =>
    fetcher.fetchImage(`http://127.0.0.1:${silent.port}/`, { signal, bytesMax: 10 });
  const first = t.rejects(get(running.signal), { name: 'AbortError' });
  const second = t.rejects(get(waiting.signal), { name: 'AbortError' });
  waiting.abort();
  await second;
  t.equal(fetcher.inFlight(), 1);
  running.abort();
  await first;
  t.equal(fetcher.inFlight(), 0);
  await t.rejects(get(AbortSignal.abort()), { name: 'AbortError' }, 'gone before it began');
});

t.test('downloads at once are bounded, in all and by host', async (t) => {
  const hosts = { 'a.test': [['127.0.0.1']], 'b.test': [['127.0.0.1']], 'c.test': [['127.0.0.1']] };
  const { lookup } = resolverOf(hosts);
  for (const [names, limit] of [
    [['a'], 2],
    [['a', 'b', 'c'], 3],
  ] as const) {
    // Nobody is answered before as many are there as may be; from then on everybody is, a turn later.
    const waiting: (() => void)[] = [];
    let most = 0;
    let open = 0;
    const site = await serve(t, (_, response) => {
      open += 1;
      most = Math.max(most, open);
      waiting.push(() => {
        open -= 1;
        response.end(IMAGE);
      });
      setImmediate(() => {
        if (most >= limit) for (const answer of waiting.splice(0)) answer();
      });
    });
    const settings = { ports: [site.port], concurrency: 3, concurrencyPerHost: 2 };
    const fetcher = fetcherOf(t, settings, { lookup });
    const urls = Array.from({ length: 30 }, (_, i) => `http://${names[i % names.length]}.test:${site.port}/`);
    await Promise.all(urls.map((url) => fetcher.fetchImage(url, OPTIONS)));
    t.equal(most, limit, `${names.length} hosts`);
    t.equal(site.seen.length, 30);
    t.equal(fetcher.inFlight(), 0);
  }
});

t.test('closing ends what is under way', async (t) => {
  const silent = await serveRaw(t, () => {});
  const fetcher = fetcherOf(t, { ports: [silent.port] });
  const running = t.rejects(fetcher.fetchImage(`http://127.0.0.1:${silent.port}/`, OPTIONS), {
    code: 'service_unavailable',
  });
  await new Promise((resolve) => setImmediate(resolve));
  await fetcher.close();
  await running;
});
