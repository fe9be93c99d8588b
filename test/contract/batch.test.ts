/** POST /v1/detect/batch: forms, partial failures, duplicates, quota, limits, memory, and what it leaves to single requests. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pack } from 'msgpackr';
import t, { type Test } from 'tap';
import { renderPhoto, sharpOf } from '../../bench/images.js';
import type { Settings } from '../../src/config/schema.js';
import { type Called, ContractClient } from '../support/contract-client.js';
import { form } from '../support/form.js';
import { accountsBeside, keyWith } from '../support/keys.js';
import {
  assertAtRest,
  detect as detectRaw,
  ENGINES,
  fixture,
  metric,
  openSocket,
  startTestApp,
  type TestApp,
  until,
} from '../support/running-app.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const grey = await fixture('grey.jpg');
const small = await fixture('small.png');
const bmp = await fixture('tiny.bmp');
const b64 = (bytes: Buffer): string => bytes.toString('base64');

interface Served {
  app: TestApp;
  client: ContractClient;
  batch(body: object, key?: string): Promise<Called>;
}

async function serve(t: Test, settings: Partial<Settings>): Promise<Served> {
  const app = await startTestApp(t, settings);
  const client = new ContractClient(app);
  t.teardown(() => client.close());
  const batch = (body: object, key = app.key): Promise<Called> =>
    client.call('detectBatch', { body: JSON.stringify(body), headers: JSON_TYPE, key });
  return { app, client, batch };
}

const statuses = ({ body }: Called): string[] =>
  body.results.map((r: { status: string; error?: { code: string } }) => r.error?.code ?? r.status);

/** What the image alone decides. */
function figures(result: Record<string, unknown>): object {
  const {
    index: _,
    id: __,
    status: ___,
    request_id: ____,
    latency_ms: _____,
    metadata: ______,
    ...rest
  } = result;
  return rest;
}

for (const engine of ENGINES) {
  t.test(engine, async (t) => {
    const { app, client, batch } = await serve(t, {
      engine,
      image_bytes_max: 100_000,
      batch_max_bytes: 2_000_000,
    });
    const accounts = accountsBeside(t, app.dataDir);

    t.test('[batch.forms] the same results by every form, equal to one by one', async (t) => {
      const single = await Promise.all(
        [grey, small].map((bytes) => detectRaw(app, bytes, { include_attribution: 'true' })),
      );
      const images = [
        { id: 'a', image_base64: b64(grey), metadata: { n: 1 } },
        { id: 'b', image_base64: b64(small) },
      ];
      const ways: Record<string, Parameters<ContractClient['call']>[1]> = {
        JSON: { body: JSON.stringify({ images, include_attribution: true }), headers: JSON_TYPE },
        'JSON, options first': {
          body: JSON.stringify({ include_attribution: true, images }),
          headers: JSON_TYPE,
        },
        'JSON, chunked': {
          body: JSON.stringify({ images, include_attribution: true }),
          headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' },
        },
        MessagePack: {
          body: pack({
            images: [
              { id: 'a', metadata: { n: 1 }, image: grey },
              { id: 'b', image: small },
            ],
            include_attribution: true,
          }),
          headers: { 'content-type': 'application/msgpack' },
        },
        form: form([
          ['include_attribution', 'true'],
          ['images', grey, 'a.jpg'],
          ['images', small, 'b.png'],
        ]),
      };
      for (const [way, call] of Object.entries(ways)) {
        const answer = await client.call('detectBatch', call);
        t.same(statuses(answer), ['ok', 'ok'], way);
        t.same(
          answer.body.results.map((r: { index: number }) => r.index),
          [0, 1],
        );
        for (const [i, result] of answer.body.results.entries()) {
          const {
            request_id: _,
            latency_ms: __,
            metadata: ___,
            ...expected
          } = (single[i] as { body: Record<string, unknown> }).body;
          t.strictSame(figures(result), expected, `${way}, image ${i}`);
        }
        if (way === 'form') continue;
        t.match(answer.body.results, [
          { id: 'a', metadata: { n: 1 } },
          { id: 'b', metadata: {} },
        ]);
      }
      const packed = await client.call('detectBatch', {
        body: JSON.stringify({ images }),
        headers: { ...JSON_TYPE, accept: 'application/msgpack' },
      });
      t.equal(packed.headers['content-type'], 'application/msgpack');
      t.same(statuses(packed), ['ok', 'ok']);
    });

    t.test('[batch.partial] one bad image never fails the others', async (t) => {
      const images = [
        { id: 'good', image_base64: b64(grey) },
        { id: 'broken', image_base64: b64(grey.subarray(0, 3000)) },
        { id: 'pdf', image_base64: b64(Buffer.from('%PDF-1.7\n')) },
        { id: 'large', image_base64: b64(Buffer.alloc(100_001)) },
        { id: 'huge', image_base64: 'A'.repeat(300_000) },
        { id: 'inside', image_url: 'http://127.0.0.1/a' },
        { id: 'ftp', image_url: 'ftp://a.example/' },
        { id: 'none' },
        { id: 'both', image_base64: b64(grey), image_url: 'http://a.example/' },
        { id: 'text', image_base64: '!!!' },
        { id: 'unknown', image_base64: b64(grey), include_heatmap: true },
        { id: 5, image_base64: b64(grey) },
        { id: 'metadata', image_base64: b64(grey), metadata: { a: 'x'.repeat(5000) } },
        'no object',
        { id: 'last', image_base64: b64(small) },
      ];
      const answer = await batch({ images });
      t.equal(answer.status, 200);
      t.same(statuses(answer), [
        'ok',
        'invalid_request',
        'image_unsupported_format',
        'image_too_large',
        'image_too_large',
        'image_unfetchable',
        'invalid_request',
        'invalid_request',
        'invalid_request',
        'invalid_request',
        'invalid_request',
        'invalid_request',
        'invalid_request',
        'invalid_request',
        'ok',
      ]);
      const { results, summary } = answer.body;
      t.match(results[1].error, { param: 'images[1].image_base64' }, '[errors.param] the path of the field');
      t.match(results[5].error, { param: 'images[5].image_url' });
      t.match(results[10].error, { param: 'images[10].include_heatmap' });
      t.match(results[12].error, { param: 'images[12].metadata' });
      t.match(results[13].error, { param: 'images[13]' });
      t.same(summary, {
        total: 15,
        succeeded: 2,
        failed: 13,
        ...counts(results),
      });
      t.equal(results[14].id, 'last');
    });

    t.test('[batch.refused] the whole is refused only where the array or an option is wrong', async (t) => {
      const one = { image_base64: b64(bmp) };
      const cases: [string, object, RegExp][] = [
        ['no array', {}, /no images/],
        ['not an array', { images: {} }, /must be an array/],
        ['empty', { images: [] }, /at least 1/],
        ['101 images', { images: Array(101).fill(one) }, /at most 100 images/],
        ['an option of no such name', { images: [one], colour: 1 }, /There is no field 'colour'/],
        ['an option out of range', { images: [one], model_threshold: 2 }, /at most 1/],
      ];
      for (const [name, body, message] of cases) {
        const { status, body: answer } = await batch(body);
        t.equal(status, 400, name);
        t.match(answer.error?.message, message, name);
      }
      const raw = await client.call('detectBatch', { body: grey, headers: { 'content-type': 'image/jpeg' } });
      t.match(raw, { status: 400, body: { error: { message: /goes to \/v1\/detect/ } } });
      const late = await client.call(
        'detectBatch',
        form([
          ['images', grey, 'a'],
          ['include_heatmap', 'true'],
        ]),
      );
      t.match(
        late,
        { status: 400, body: { error: { param: 'include_heatmap', message: /before the first image/ } } },
        '[batch.form_order]',
      );
      t.equal(
        (await batch({ images: Array(100).fill(one) })).body.summary.succeeded,
        100,
        'a hundred are taken',
      );
      const over = await client.call('detectBatch', {
        body: Buffer.alloc(2_000_001, 32),
        headers: JSON_TYPE,
      });
      t.match(
        over,
        { status: 400, body: { error: { code: 'image_too_large', param: 'images' } } },
        '[batch.bytes]',
      );
      t.match(over.body.error.message, /^Batch body exceeds 2 MB limit/);
    });

    t.test('[batch.duplicates] the same image twice in a batch is one scan and one look', async (t) => {
      const { secret } = keyWith(accounts, { scansPerMonth: 3 });
      const images = [grey, small, grey, grey].map((bytes, i) => ({ id: `${i}`, image_base64: b64(bytes) }));
      const answer = await batch({ images }, secret);
      t.same(statuses(answer), ['ok', 'ok', 'ok', 'ok']);
      t.strictSame(figures(answer.body.results[2]), figures(answer.body.results[0]));
      const usage = (await client.call('usage', { key: secret })).body;
      t.equal(usage.scans.used, 2);
      t.match(usage.requests, { detect_batch: 1 }, '[batch.one_request] one request against the rate');
    });

    t.test('[batch.quota] charged image by image; 402 for the whole only where none is left', async (t) => {
      const { secret } = keyWith(accounts, { scansPerMonth: 2 });
      const images = [grey.subarray(0, 2000), grey, small, bmp].map((bytes) => ({
        image_base64: b64(bytes),
      }));
      const answer = await batch({ images }, secret);
      t.equal(answer.status, 200);
      const outcome = statuses(answer);
      t.equal(outcome[0], 'invalid_request', 'the broken one');
      t.equal(outcome.filter((s) => s === 'ok').length, 2);
      t.equal(outcome.filter((s) => s === 'payment_required').length, 1);
      t.match(await batch({ images }, secret), {
        status: 402,
        body: { error: { code: 'payment_required' } },
      });
      const refused = keyWith(accounts, { scansPerMonth: 2 }).secret;
      await batch({ images: Array(101).fill(images[1]) }, refused);
      t.equal(
        (await client.call('usage', { key: refused })).body.scans.used,
        0,
        'a refused batch costs nothing',
      );
    });

    t.test('[batch.concurrent] as many at once as the plan says', async (t) => {
      const { secret } = keyWith(accounts, { concurrentBatches: 1 });
      const stuck = await openSocket(app);
      stuck.write(
        `POST /v1/detect/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${secret}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
      );
      const usage = async () => (await client.call('usage', { key: secret })).body.concurrent_batches;
      await until('it is in', async () => (await usage()).in_flight === 1);
      t.same(await usage(), { in_flight: 1, limit: 1 });
      const one = { images: [{ image_base64: b64(bmp) }] };
      t.match(await batch(one, secret), {
        status: 429,
        body: { error: { code: 'rate_limited', message: /1 batch at once/ } },
      });
      stuck.destroy();
      await until('it is gone', async () => (await usage()).in_flight === 0);
      t.equal((await batch(one, secret)).status, 200);
    });

    t.test('[batch.abort] a client that goes away leaves nothing behind', async (t) => {
      const { secret } = keyWith(accounts, {});
      const text = JSON.stringify({
        images: Array.from({ length: 40 }, (_, i) => ({ image_base64: b64(changed(grey, i)) })),
      });
      for (const share of [0.1, 0.6, 1]) {
        const socket = await openSocket(app);
        socket.write(
          `POST /v1/detect/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${secret}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n`,
        );
        socket.write(text.slice(0, text.length * share));
        await until('it is in', async () => (await metric(app, 'aidet_http_requests_in_flight')) > 1);
        if (share === 1)
          await until('it works', async () => (await metric(app, 'aidet_images_in_flight')) > 0);
        socket.destroy();
        await assertAtRest(t, app);
      }
      const { body } = await client.call('usage', { key: secret });
      t.equal(body.scans.used, 0, 'and is not charged');
      t.equal(body.concurrent_batches.in_flight, 0);
    });

    t.test(
      '[batch.options] options count for all; metadata of an image before that of the batch',
      async (t) => {
        const images = [{ image_base64: b64(grey), metadata: { own: 1 } }, { image_base64: b64(small) }];
        const answer = await batch({
          images,
          include_heatmap: true,
          model_threshold: 0,
          metadata: { all: 1 },
        });
        t.same(
          answer.body.results.map((r: { metadata: object }) => r.metadata),
          [{ own: 1 }, { all: 1 }],
        );
        t.same(answer.body.summary, { total: 2, succeeded: 2, failed: 0, ai_generated: 2, authentic: 0 });
        for (const { heatmap_url, heatmap } of answer.body.results) {
          t.match(heatmap_url, /art_/);
          t.type(heatmap.rows, 'number');
        }
        const unknown = await batch({ images, model: 'none' });
        t.same(statuses(unknown), ['not_found', 'not_found']);
      },
    );
  });
}

t.test('[batch.urls] images are fetched beside each other, the same one once', async (t) => {
  let now = 0;
  let most = 0;
  const seen: string[] = [];
  // Nobody is answered before two are there at once.
  const held: (() => void)[] = [];
  const site = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push(path);
    most = Math.max(most, ++now);
    held.push(() => {
      now--;
      response.end(path === '/text' ? 'no image' : changed(grey, Number(path.slice(1))));
    });
    if (most > 1) for (const answer of held.splice(0)) answer();
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  // A proxy that the operator sets takes over the address check; this one leads every tunnel to the same site.
  const tunnels: Socket[] = [];
  const proxy = createServer().on('connect', (_, socket: Socket) => {
    const upstream = connect((site.address() as AddressInfo).port, '127.0.0.1');
    tunnels.push(socket, upstream);
    for (const end of [socket, upstream]) end.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const end of tunnels) end.destroy();
    for (const server of [site, proxy]) server.close();
  });
  const { port } = proxy.address() as AddressInfo;
  const { app, batch } = await serve(t, { fetch_proxy: `http://127.0.0.1:${port}` });
  const url = (path: string): object => ({ image_url: `http://pictures.example/${path}` });
  const images = [...Array.from({ length: 12 }, (_, i) => url(`${i}`)), url('3'), url('text')];
  const answer = await batch({ images });
  t.same(
    statuses(answer),
    [...Array(13).fill('ok'), 'image_unfetchable'],
    JSON.stringify(answer.body).slice(0, 500),
  );
  t.match(answer.body.results[13].error, { param: 'images[13].image_url', message: /gave no valid image/ });
  t.equal(seen.filter((path) => path === '/3').length, 1);
  t.ok(most > 1, `${most} at once`);
  await assertAtRest(t, app);
});

t.test('[batch.memory] a body larger than what may be held is judged while it comes', async (t) => {
  // What stands behind the end of an image is not looked at, but has to be held.
  const photo = Buffer.concat([small, randomBytes(4_000_000)]);
  const { app, batch } = await serve(t, {
    batch_max_bytes: 600_000_000,
    in_flight_bytes_max: 250_000_000,
    workers: 2,
  });
  const images = Array.from({ length: 24 }, (_, i) => ({ image_base64: b64(changed(photo, i)) }));
  const text = JSON.stringify({ model_threshold: 0.5, images });
  let most = 0;
  let over = false;
  const watch = (async () => {
    while (!over) most = Math.max(most, await metric(app, 'aidet_in_flight_bytes'));
  })();
  const answer = await batch({ model_threshold: 0.5, images });
  over = true;
  await watch;
  t.equal(answer.body.summary?.succeeded, 24, JSON.stringify(answer.body).slice(0, 300));
  t.ok(text.length > 100_000_000, `${text.length} bytes were sent`);
  t.ok(most < 90_000_000, `${most} bytes were held at most`);
  const late = await batch({ images, model_threshold: 0.5 });
  t.match(late, {
    status: 400,
    body: { error: { param: 'model_threshold', message: /stand before the images/ } },
  });
  await assertAtRest(t, app);
});

t.test('[batch.fair] a single request does not wait for a batch to end', async (t) => {
  const { app, batch } = await serve(t, { workers: 1, deadline_ms: 600_000 });
  const photo = await sharpOf(renderPhoto(1600, 1200, 6), 1600, 1200)
    .jpeg()
    .toBuffer();
  const images = Array.from({ length: 12 }, (_, i) => ({ image_base64: b64(changed(photo, i)) }));
  let ended = false;
  const running = batch({ images }).then((answer) => {
    ended = true;
    return answer;
  });
  await until('images wait', async () => (await metric(app, 'aidet_images_queued')) > 3);
  for (let i = 0; i < 3; i++) {
    const { status } = await detectRaw(app, grey);
    t.equal(status, 200);
    t.equal(ended, false, 'the batch still runs');
  }
  t.equal((await running).body.summary.succeeded, 12);
});

/** Another content of the same picture: bytes behind the end of the image are not looked at. */
function changed(image: Buffer, n: number): Buffer {
  return Buffer.concat([image, Buffer.from(`#${n}`)]);
}

function counts(results: { verdict?: string }[]): { ai_generated: number; authentic: number } {
  const of = (verdict: string): number => results.filter((r) => r.verdict === verdict).length;
  return { ai_generated: of('ai_generated'), authentic: of('authentic') };
}
