/** Who uses the server in the mixed load, one kind of client each. An actor does one thing a step, again and again. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'msgpackr';
import { type Answer, refusal, type World } from './world.js';

export interface Actor {
  name: string;
  /** How many of it at once. */
  lanes: number;
  /** Milliseconds between two steps of a lane; 0: at once. */
  pauseMs: number;
  step(world: World): Promise<void>;
}

const RAW = { 'content-type': 'image/jpeg' };
const JSON_BODY = { 'content-type': 'application/json' };

/** Books a verdict of the counted key. */
function verdict(world: World, answer: Answer | null): void {
  if (answer?.status === 200) world.verdicts++;
}

const images: Actor = {
  name: 'image',
  lanes: 3,
  pauseMs: 0,
  async step(world) {
    const { counted: key } = world.keys;
    const image = world.fresh();
    const form = `--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n${image.toString('latin1')}\r\n--b--\r\n`;
    const ways = [
      { path: '/v1/detect?include_attribution=true', headers: RAW, body: image },
      {
        path: '/v1/detect',
        headers: JSON_BODY,
        body: JSON.stringify({ image_base64: image.toString('base64') }),
      },
      {
        path: '/v1/detect',
        headers: { 'content-type': 'application/msgpack' },
        body: Buffer.from(pack({ image })),
      },
      {
        path: '/v1/detect',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: Buffer.from(form, 'latin1'),
      },
    ];
    verdict(world, await world.expect('image', [200], { key, ...world.pick(ways) }));
  },
};

const cached: Actor = {
  name: 'cached',
  lanes: 2,
  pauseMs: 5,
  async step(world) {
    const path = `/v1/detect?model_threshold=${world.random().toFixed(3)}`;
    verdict(
      world,
      await world.expect('cached', [200], { key: world.keys.counted, path, headers: RAW, body: world.image }),
    );
  },
};

const heatmaps: Actor = {
  name: 'heatmap',
  lanes: 1,
  pauseMs: 20,
  async step(world) {
    const path = '/v1/detect?include_heatmap=true';
    const answer = await world.expect('heatmap', [200], {
      key: world.keys.counted,
      path,
      headers: RAW,
      body: world.fresh(),
    });
    verdict(world, answer);
    const url = answer?.body.heatmap_url as string | undefined;
    if (typeof url !== 'string') return;
    const { pathname, search } = new URL(url);
    await world.expect('picture', [200], { method: 'GET', path: pathname + search });
    await world.expect('forged picture', [404], { method: 'GET', path: `${pathname}${search}A` });
  },
};

const batches: Actor = {
  name: 'batch',
  lanes: 2,
  pauseMs: 50,
  async step(world) {
    const size = 1 + Math.floor(world.random() * 20);
    const twin = world.fresh().toString('base64');
    const kinds = [
      () => ({ image_base64: world.fresh().toString('base64') }),
      () => ({ image_base64: twin }),
      () => ({ image_base64: world.image.subarray(0, 500).toString('base64') }),
      () => ({ image_url: world.site.urlOf(`good/${world.random()}`) }),
      () => ({ image_url: world.site.urlOf(world.pick(['missing', 'text', 'cut', 'loop'])) }),
    ];
    const list = Array.from({ length: size }, (_, i) => ({ id: `i${i}`, ...world.pick(kinds)() }));
    const answer = await world.expect('batch', [200], {
      key: world.keys.counted,
      path: '/v1/detect/batch',
      headers: JSON_BODY,
      body: JSON.stringify({ images: list }),
      scans: size,
    });
    if (answer === null) return;
    const results = answer.body.results as {
      id: string;
      status: string;
      error?: { code: string; message: string };
      image?: { sha256: string };
    }[];
    if (results.length !== size || results.some((r, i) => r.id !== `i${i}`))
      world.book.fault('batch', 'results are not those of the images');
    for (const { error } of results) {
      if (error?.code === 'service_unavailable') world.book.count('batch', refusal(error.message));
      else if (error !== undefined) world.book.count('batch', error.code);
      if (error?.code === 'internal_error') world.book.fault('batch', 'internal_error of an image');
    }
    world.verdicts += new Set(results.filter((r) => r.status === 'ok').map((r) => r.image?.sha256)).size;
  },
};

const urls: Actor = {
  name: 'url',
  lanes: 3,
  pauseMs: 20,
  async step(world) {
    const kind = world.pick([
      'good',
      'good',
      'good',
      'slow',
      'missing',
      'text',
      'cut',
      'loop',
      'huge',
      'drip',
    ]);
    const body = JSON.stringify({ image_url: world.site.urlOf(`${kind}/${world.random()}`) });
    // On a busy machine the huge one runs out of time before it is too large.
    const expected = { good: [200], slow: [200], huge: [400, 422], text: [400] }[kind] ?? [422];
    verdict(
      world,
      await world.expect(`url ${kind}`, expected, {
        key: world.keys.counted,
        path: '/v1/detect',
        headers: JSON_BODY,
        body,
      }),
    );
  },
};

const brokenImages: Actor = {
  name: 'broken image',
  lanes: 1,
  pauseMs: 20,
  async step(world) {
    const whole = world.fresh();
    const bodies = [
      whole.subarray(0, 100 + Math.floor(world.random() * 1000)),
      Buffer.from('no image at all'),
      Buffer.from('%PDF-1.7\n'),
      Buffer.alloc(1000, 0xff),
    ];
    await world.expect('broken image', [400], {
      key: world.keys.counted,
      path: '/v1/detect',
      headers: RAW,
      body: world.pick(bodies),
    });
  },
};

const leavers: Actor = {
  name: 'leaver',
  lanes: 2,
  pauseMs: 10,
  async step(world) {
    const body = world.fresh();
    const path = world.pick(['/v1/detect', '/v1/detect?include_heatmap=true']);
    const socket = await world.socket();
    socket.resume().write(world.head(path, world.keys.careless, body.length));
    // In the middle of the body, or at any moment of the work.
    if (world.random() < 0.5) socket.write(body.subarray(0, Math.floor(world.random() * body.length)));
    else socket.write(body);
    await sleep(world.random() * 60);
    socket.destroy();
    world.book.count('leaver', 'gone');
  },
};

const slowClients: Actor = {
  name: 'slow client',
  lanes: 4,
  pauseMs: 100,
  async step(world) {
    const body = world.fresh();
    const socket = await world.socket();
    let answer = '';
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1');
    });
    const closed = once(socket, 'close');
    socket.write(world.head('/v1/detect', world.keys.careless, body.length));
    for (let at = 0; at < body.length && !socket.destroyed; at += 4096) {
      socket.write(body.subarray(at, at + 4096));
      await sleep(50);
    }
    for (let waited = 0; !answer.includes('\r\n\r\n') && !socket.destroyed && waited < 300_000; waited += 20)
      await sleep(20);
    const ended = socket.destroyed;
    socket.destroy();
    await closed;
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? (ended ? 'none' : 'gave up');
    if (status === 'none' || status === 'gave up') world.book.delay('slow client', status, 'no answer');
    else world.book.count('slow client', status);
    if (!/^(200|503|none|gave up)$/.test(status)) world.book.fault('slow client', `answered ${status}`);
  },
};

const retries: Actor = {
  name: 'retry',
  lanes: 1,
  pauseMs: 50,
  async step(world) {
    const key = `retry-${world.random()}`;
    const call = {
      key: world.keys.counted,
      path: '/v1/detect',
      headers: { ...RAW, 'idempotency-key': key },
      body: world.fresh(),
    };
    const answers = (await Promise.all([1, 2, 3].map(() => world.expect('retry', [200], call)))).filter(
      (a) => a !== null,
    );
    const firsts = answers.filter((answer) => answer.headers['idempotent-replayed'] !== 'true');
    if (answers.length === 3 && firsts.length !== 1)
      world.book.fault('retry', `${firsts.length} of three were executed`);
    if (answers.some((answer) => !answer.raw.equals(answers[0]?.raw as Buffer)))
      world.book.fault('retry', 'answers differ');
    world.verdicts += firsts.length;
  },
};

const limited: Actor = {
  name: 'limited key',
  lanes: 2,
  pauseMs: 30,
  async step(world) {
    const key = world.pick([world.keys.free, world.keys.test, world.keys.pro]);
    const answer = await world.expect('limited key', [200, 402, 429], {
      key,
      path: '/v1/detect',
      headers: RAW,
      body: world.image,
    });
    if (answer?.status === 429 && !(Number(answer.headers['retry-after']) >= 1))
      world.book.fault('limited key', '429 without Retry-After');
  },
};

const readers: Actor = {
  name: 'reader',
  lanes: 1,
  pauseMs: 100,
  async step(world) {
    await world.expect('usage', [200], { method: 'GET', key: world.keys.counted, path: '/v1/usage' });
    await world.expect('metrics', [200], { method: 'GET', path: '/metrics' });
    await world.expect('livez', [200], { method: 'GET', path: '/livez' });
    await world.expect('nowhere', [404], { method: 'GET', key: world.keys.counted, path: '/v1/nowhere' });
    await world.expect('no key', [401], { path: '/v1/detect', headers: RAW, body: world.image });
  },
};

const managers: Actor = {
  name: 'manager',
  lanes: 1,
  pauseMs: 500,
  async step(world) {
    const { admin } = world.keys;
    const made = await world.expect('make key', [200], {
      key: admin,
      path: '/v1/keys',
      headers: JSON_BODY,
      body: '{"name": "mixed load"}',
    });
    if (made === null) return;
    const { id, secret } = made.body as { id: string; secret: string };
    await world.expect('new key', [200], { method: 'GET', key: secret, path: '/v1/usage' });
    await world.expect('revoke key', [200], { method: 'DELETE', key: admin, path: `/v1/keys/${id}` });
    await world.expect('revoked key', [401], { method: 'GET', key: secret, path: '/v1/usage' });
  },
};

export const ACTORS: readonly Actor[] = [
  images,
  cached,
  heatmaps,
  batches,
  urls,
  brokenImages,
  leavers,
  slowClients,
  retries,
  limited,
  readers,
  managers,
];
