/** POST /v1/detect: every way in, every option, every field of the answer; the same on both engines. */
import { readdir, readFile } from 'node:fs/promises';
import { pack } from 'msgpackr';
import t, { type Test } from 'tap';
import type { Settings } from '../../src/config/schema.js';
import { type Called, ContractClient } from '../support/contract-client.js';
import { form } from '../support/form.js';
import { accountsBeside, keyWith } from '../support/keys.js';
import { ENGINES, FIXTURES, fixture, startTestApp, type TestApp } from '../support/running-app.js';

const street = await fixture('street.jpg');
const JSON_TYPE = { 'content-type': 'application/json' };

interface Served {
  app: TestApp;
  client: ContractClient;
  /** One request by JSON. */
  detect(fields: object, key?: string): Promise<Called>;
}

async function serve(t: Test, settings: Partial<Settings>): Promise<Served> {
  const app = await startTestApp(t, settings);
  const client = new ContractClient(app);
  t.teardown(() => client.close());
  const detect = (fields: object, key = app.key): Promise<Called> =>
    client.call('detect', { body: JSON.stringify({ ...BASE64, ...fields }), headers: JSON_TYPE, key });
  return { app, client, detect };
}

const BASE64 = { image_base64: street.toString('base64') };

/** The part of an answer that the image alone decides. */
function figures({ body }: Called): object {
  const { request_id: _, latency_ms: __, heatmap_url: ___, metadata: ____, ...rest } = body;
  return rest;
}

let reference: object | undefined;

for (const engine of ENGINES) {
  t.test(engine, async (t) => {
    // A server takes seconds to start: tests that need no settings of their own share one.
    const common = await serve(t, { engine });
    const strict = await serve(t, { engine, image_bytes_max: street.length, artifact_ttl_s: 0 });
    const cached = await serve(t, {
      engine,
      verdict_cache_bytes: 10_000_000,
      public_url: 'https://detect.example/base/',
    });

    t.test('[inputs.forms] the same figures by every way in', async (t) => {
      const { client } = common;
      const metadata = { user: 'ü', n: 1 };
      const options = { include_attribution: true, include_heatmap: true, heatmap_inline: true, metadata };
      const text = Object.entries(options).map(([k, v]) => [
        k,
        typeof v === 'object' ? JSON.stringify(v) : String(v),
      ]) as [string, string][];
      const query = Object.fromEntries(text);
      const b64 = street.toString('base64');
      const ways: Record<string, Parameters<ContractClient['call']>[1]> = {
        'JSON, base64': { body: JSON.stringify({ image_base64: b64, ...options }), headers: JSON_TYPE },
        'JSON, URL-safe without padding': {
          body: JSON.stringify({ image_base64: street.toString('base64url'), ...options }),
          headers: { 'content-type': 'application/json; charset=utf-8' },
        },
        'JSON, data URI': {
          body: JSON.stringify({ image_base64: `data:image/png;base64,${b64}`, ...options }),
          headers: JSON_TYPE,
        },
        'MessagePack, binary': {
          body: pack({ image: street, ...options }),
          headers: { 'content-type': 'application/msgpack' },
        },
        'MessagePack, base64': {
          body: pack({ image_base64: b64, ...options }),
          headers: { 'content-type': 'application/x-msgpack' },
        },
        'form, file': form([...text, ['image', street, 'a.jpg']]),
        'form, file first, without a file name': form([['image', street], ...text]),
        'form, base64': form([['image_base64', b64], ...text]),
        'raw, image type': { body: street, headers: { 'content-type': 'image/jpeg' }, query },
        'raw, a type that lies': { body: street, headers: { 'content-type': 'image/png' }, query },
        'raw, octets': { body: street, headers: { 'content-type': 'application/octet-stream' }, query },
        'raw, chunked': {
          body: street,
          headers: { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' },
          query,
        },
        'form, options in the query': { ...form([['image', street, 'a.jpg']]), query },
      };
      for (const [way, call] of Object.entries(ways)) {
        const answer = await client.call('detect', call);
        t.equal(answer.status, 200, way);
        reference ??= figures(answer);
        t.strictSame(figures(answer), reference, way);
        t.strictSame(answer.body.metadata, metadata);
        t.match(answer.body.heatmap_url, /^data:image\/png;base64,/);
      }
    });

    t.test('[detect.answer] what is always there, and what only where asked for', async (t) => {
      const { detect } = common;
      const plain = (await detect({})).body;
      t.match(plain, {
        model_attribution: null,
        heatmap_url: null,
        heatmap: null,
        metadata: {},
        cached: false,
        livemode: true,
      });
      t.equal(plain.c2pa_manifest_present, false);
      t.equal(plain.image.width, 640);
      t.equal(plain.image.bytes, street.length);
      t.equal(
        plain.confidence,
        plain.verdict === 'ai_generated' ? plain.ai_probability : 1 - plain.ai_probability,
      );
      const p = plain.ai_probability;
      const at = (await detect({ model_threshold: p, include_attribution: true })).body;
      t.match(
        at,
        { verdict: 'ai_generated', threshold: p, confidence: p },
        '[detect.threshold] at the threshold',
      );
      const shares = Object.values<number>(at.model_attribution);
      t.ok(shares.length > 0 && shares.length <= 6);
      t.ok(
        Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-9,
        '[detect.attribution] the shares are a distribution',
      );
      const { other: _, ...named } = at.model_attribution;
      const ranked = Object.values<number>(named);
      t.same(
        ranked,
        [...ranked].sort((a, b) => b - a),
        'largest first',
      );
      const known = JSON.parse(
        await readFile(new URL('../../../api/generators.json', import.meta.url), 'utf8'),
      );
      const ids = new Set(known.map((g: { id: string }) => g.id));
      t.same(
        Object.keys(at.model_attribution).filter((id) => !ids.has(id)),
        [],
        'ids of api/generators.json',
      );
      const above = (await detect({ model_threshold: Math.min(1, p + 1e-6), include_attribution: true }))
        .body;
      t.match(above, { verdict: 'authentic', confidence: 1 - p });
      t.same(above.model_attribution, {}, 'none where authentic');
      t.equal((await detect({ model_threshold: 0 })).body.verdict, 'ai_generated');
    });

    t.test('[detect.stability] where the network is in doubt, and only there', async (t) => {
      const { client } = common;
      const headers = { 'content-type': 'application/octet-stream' };
      for (const name of await readdir(FIXTURES)) {
        if (!/\.(jpg|png|webp|gif|tiff|bmp)$/.test(name)) continue;
        const ask = async (query: Record<string, string>): Promise<Called['body']> =>
          (await client.call('detect', { body: await fixture(name), headers, query })).body;
        const { stability, model_probability: p, threshold, reliability } = await ask({});
        if (p < 0.25 || p > 0.85) {
          t.notOk(stability, `${name}: ${p}`);
          continue;
        }
        t.match(stability, { looks: 1, agree: stability.min >= threshold === stability.max >= threshold });
        t.ok(stability.min <= p && p <= stability.max, name);
        const isSaid = (reasons: string[]): boolean => reasons.some((r) => r.includes('another verdict'));
        t.equal(isSaid(reliability.reasons), !stability.agree);
        const between = await ask({ model_threshold: String((stability.min + stability.max) / 2) });
        if (stability.min < stability.max && between.decided_by === 'model') {
          t.same(between.stability, { ...stability, agree: false });
          t.not(between.reliability.level, 'high');
          t.ok(isSaid(between.reliability.reasons));
        }
      }
    });

    t.test('[detect.heatmap] grid, regions and picture', async (t) => {
      const { client, detect, app } = common;
      const { body } = await detect({ include_heatmap: true, model_threshold: 0.05 });
      const { rows, cols, cell_px: cell, values, regions, coverage } = body.heatmap;
      t.ok(rows * cols <= 4096);
      t.equal(rows, Math.ceil(480 / cell));
      t.equal(cols, Math.ceil(640 / cell));
      t.equal(values.length, rows);
      for (const row of values) t.equal(row.length, cols);
      t.equal(coverage, 1);
      const areas = regions.map((r: { width: number; height: number }) => r.width * r.height);
      t.ok(areas.length > 0);
      for (const r of regions) t.ok(r.x + r.width <= 640 && r.y + r.height <= 480 && r.score >= 0.05);
      const url = new URL(body.heatmap_url);
      t.equal(url.origin, app.url, '[artifacts.url] begins with the listening address, whatever Host says');
      const picture = await client.send('GET', url.pathname + url.search, { key: null });
      t.equal(picture.status, 200);
      t.equal(picture.headers['content-type'], 'image/png');
      t.ok(picture.bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')));
      t.match(picture.headers['cache-control'], /^private, max-age=(8[56]\d{3})$/);
      t.equal(picture.headers['x-content-type-options'], 'nosniff');
      t.match(
        picture.headers['content-security-policy'],
        /default-src 'none'.*sandbox/,
        '[artifacts.inert] it runs nothing',
      );
      const wrong = {
        'another signature': url.search.replace(/sig=./, (s) => (s === 'sig=A' ? 'sig=B' : 'sig=A')),
        'another expiry': url.search.replace(/exp=\d+/, 'exp=99999999999'),
        'no signature': url.search.replace(/&sig=.*/, ''),
        'nothing at all': '',
      };
      for (const [name, search] of Object.entries(wrong)) {
        const refused = await client.send('GET', url.pathname + search, { key: null });
        t.equal(refused.status, 404, `[artifacts.signed] ${name}`);
        t.equal(refused.body.error.code, 'not_found');
      }
      const html = await client.send('GET', url.pathname.replace('.png', '.html') + url.search, {
        key: null,
      });
      t.equal(html.status, 404, 'the signature holds for this file alone');
    });

    t.test('[artifacts.none] with a life of 0 nothing is stored', async (t) => {
      const { detect } = strict;
      const { body } = await detect({ include_heatmap: true });
      t.equal(body.heatmap_url, null);
      t.type(body.heatmap.rows, 'number');
      t.match(
        (await detect({ include_heatmap: true, heatmap_inline: true })).body.heatmap_url,
        /^data:image\/png/,
      );
    });

    t.test('[artifacts.public_url] URLs begin with the public URL', async (t) => {
      const { app, detect } = cached;
      const { secret } = keyWith(accountsBeside(t, app.dataDir));
      const { body } = await detect({ include_heatmap: true }, secret);
      t.match(body.heatmap_url, /^https:\/\/detect\.example\/base\/v1\/artifacts\/art_/);
    });

    t.test('[cache.identical] a cached answer differs in what it may differ in alone', async (t) => {
      const { app, detect } = cached;
      const asked = { include_heatmap: true, include_attribution: true };
      const first = await detect({ ...asked, metadata: { a: 1 } });
      const again = await detect({ ...asked, metadata: { b: 2 } });
      t.equal(first.body.cached, false);
      t.equal(again.body.cached, true);
      t.equal(again.headers['server-timing'], 'cache;desc="hit"');
      const fixed = ({ bytes }: Called): string =>
        bytes
          .toString()
          .replace(/"request_id":"[^"]*"/, '')
          .replace(/"latency_ms":\d+/, '')
          .replace(/"cached":(true|false)/, '')
          .replace(/"metadata":\{[^}]*\}/, '')
          .replace(/sig=[\w-]+/, '');
      t.equal(fixed(again), fixed(first), 'byte for byte');
      const threshold = first.body.ai_probability;
      const other = await detect({ ...asked, model_threshold: threshold });
      t.match(
        other.body,
        { cached: true, verdict: 'ai_generated', threshold },
        '[cache.threshold] applied afterwards',
      );
      t.equal((await detect({})).body.cached, false, 'other options are looked at anew');
      const accounts = accountsBeside(t, app.dataDir);
      t.equal(
        (await detect(asked, keyWith(accounts).secret)).body.cached,
        false,
        '[cache.project] each project has its own',
      );
    });

    t.test('[keys.test] test keys get the same answers, counted and limited apart', async (t) => {
      const { app, client, detect } = common;
      const accounts = accountsBeside(t, app.dataDir);
      const { id } = accounts.createProject('pro');
      const live = accounts.createKey(id, { livemode: true }).secret;
      const test = accounts.createKey(id, { livemode: false }).secret;
      const a = await detect({}, live);
      const b = await detect({}, test);
      t.equal(a.body.livemode, true);
      t.equal(b.body.livemode, false);
      t.strictSame({ ...figures(b), livemode: true }, figures(a));
      t.equal(a.headers['x-ratelimit-limit'], '200');
      t.equal(b.headers['x-ratelimit-limit'], '2', "Free's rate");
      const usage = (await client.call('usage', { key: test })).body;
      t.match(usage, { livemode: false, scans: { used: 1, quota: 500, remaining: 499 }, plan: 'pro' });
    });

    t.test('[rate.headers] what may still be asked', async (t) => {
      const { app, detect } = common;
      const accounts = accountsBeside(t, app.dataDir);
      const { secret } = keyWith(accounts, { sustainedRps: 1, burstRps: 3 });
      const seen = [];
      for (let i = 0; i < 3; i++) seen.push(await detect({}, secret));
      for (const { headers } of seen) {
        t.equal(headers['x-ratelimit-limit'], '1');
        t.match(headers['x-ratelimit-remaining'], /^[01]$/);
        t.match(headers['x-ratelimit-reset'], /^1\d{9}$/);
        t.equal(headers['ratelimit-policy'], '"sustained";q=60;w=60, "burst";q=3;w=1');
        t.match(headers.ratelimit, /^"sustained";r=[01];t=\d+$/);
      }
    });

    t.test('[conventions.msgpack] MessagePack out', async (t) => {
      const { client } = common;
      const headers = { 'content-type': 'image/jpeg', accept: 'application/msgpack' };
      const packed = await client.call('detect', {
        body: street,
        headers,
        query: { include_heatmap: 'true' },
      });
      t.equal(packed.headers['content-type'], 'application/msgpack');
      const plain = await client.call('detect', {
        body: street,
        headers: { 'content-type': 'image/jpeg' },
        query: { include_heatmap: 'true' },
      });
      t.strictSame(figures(packed), figures(plain));
      const refused = await client.call('detect', { body: '', headers });
      t.equal(refused.headers['content-type'], 'application/msgpack');
      t.match(refused.body, { error: { code: 'invalid_request' } }, 'errors too');
    });

    t.test('[detect.timing] Server-Timing names the stages', async (t) => {
      const { detect } = common;
      const { headers, body } = await detect({ include_heatmap: true });
      t.match(
        headers['server-timing'],
        /^queue;dur=[\d.]+, decode;dur=[\d.]+, infer;dur=[\d.]+, render;dur=[\d.]+$/,
      );
      t.ok(Number.isInteger(body.latency_ms));
    });

    t.test('[errors.precise] what is wrong, in words', async (t) => {
      const { client } = strict;
      const b64 = street.toString('base64');
      const cases: [string, Parameters<ContractClient['call']>[1], string, string | undefined, RegExp][] = [
        [
          'no image',
          { body: '{}', headers: JSON_TYPE },
          'invalid_request',
          undefined,
          /There is no image: give it by/,
        ],
        [
          'two sources',
          { body: JSON.stringify({ image_base64: 'YQ==', image_url: 'http://a/' }), headers: JSON_TYPE },
          'invalid_request',
          undefined,
          /several image sources/,
        ],
        [
          'not JSON',
          { body: '{"image_base64": nope}', headers: JSON_TYPE },
          'invalid_request',
          undefined,
          /not valid JSON/,
        ],
        [
          'an array',
          { body: '[]', headers: JSON_TYPE },
          'invalid_request',
          undefined,
          /must be a JSON object/,
        ],
        ['nothing', { body: '', headers: JSON_TYPE }, 'invalid_request', undefined, /body is empty/],
        [
          'not UTF-8',
          { body: Buffer.from('{"model":"\xff"}', 'latin1'), headers: JSON_TYPE },
          'invalid_request',
          undefined,
          /not UTF-8/,
        ],
        [
          'another type',
          { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
          'invalid_request',
          undefined,
          /Content-Type must be.*got 'application\/x-www-form-urlencoded'/,
        ],
        ['no type', { body: 'a=b' }, 'invalid_request', undefined, /Content-Type must be.*got none/],
        [
          'not base64',
          { body: JSON.stringify({ image_base64: '!!' }), headers: JSON_TYPE },
          'invalid_request',
          'image_base64',
          /is not base64/,
        ],
        [
          'a number',
          { body: JSON.stringify({ image_base64: 5 }), headers: JSON_TYPE },
          'invalid_request',
          'image_base64',
          /must be a string/,
        ],
        [
          'text as image',
          { body: JSON.stringify({ image: 'abc' }), headers: JSON_TYPE },
          'invalid_request',
          'image',
          /image_base64/,
        ],
        [
          'an unknown field',
          { body: JSON.stringify({ image_base64: b64, include_heatmaps: true }), headers: JSON_TYPE },
          'invalid_request',
          'include_heatmaps',
          /There is no field/,
        ],
        [
          'an unknown model',
          { body: JSON.stringify({ image_base64: b64, model: 'none' }), headers: JSON_TYPE },
          'not_found',
          'model',
          /No model 'none'/,
        ],
        [
          'a scheme',
          { body: JSON.stringify({ image_url: 'ftp://a.example/' }), headers: JSON_TYPE },
          'invalid_request',
          'image_url',
          /./,
        ],
        [
          'credentials',
          { body: JSON.stringify({ image_url: 'http://u:p@a.example/' }), headers: JSON_TYPE },
          'invalid_request',
          'image_url',
          /./,
        ],
        [
          'a long URL',
          { body: JSON.stringify({ image_url: `http://a.example/${'x'.repeat(2048)}` }), headers: JSON_TYPE },
          'invalid_request',
          'image_url',
          /2,?048/,
        ],
        [
          'too large, raw',
          { body: Buffer.alloc(street.length + 1), headers: { 'content-type': 'image/png' } },
          'image_too_large',
          undefined,
          /^Image exceeds 52\.429 kB limit \(got 52\.43 kB\)$/,
        ],
        [
          'too large, base64',
          {
            body: JSON.stringify({ image_base64: Buffer.alloc(street.length + 1).toString('base64') }),
            headers: JSON_TYPE,
          },
          'image_too_large',
          'image_base64',
          /52\.429 kB limit \(got 52\.43 kB\)/,
        ],
        [
          'too large, form',
          form([['image', Buffer.alloc(street.length + 1), 'a']]),
          'image_too_large',
          'image',
          /52\.429 kB limit/,
        ],
        [
          'two files',
          form([
            ['image', street, 'a'],
            ['image', street, 'b'],
          ]),
          'invalid_request',
          'image',
          /several image parts/,
        ],
        [
          'another file',
          form([['photo', street, 'a']]),
          'invalid_request',
          'image',
          /must be named 'image' \(got 'photo'\)/,
        ],
        [
          'a form option twice',
          form([
            ['include_heatmap', 'true'],
            ['include_heatmap', 'true'],
            ['image', street, 'a'],
          ]),
          'invalid_request',
          'include_heatmap',
          /given twice/,
        ],
        [
          'body and query',
          {
            body: JSON.stringify({ image_base64: b64, model_threshold: 0.5 }),
            headers: JSON_TYPE,
            query: { model_threshold: '0.5' },
          },
          'invalid_request',
          'model_threshold',
          /in the body and in the query/,
        ],
        [
          'a truncated image',
          { body: street.subarray(0, 20_000), headers: { 'content-type': 'image/jpeg' } },
          'invalid_request',
          undefined,
          /truncated or corrupt JPEG/,
        ],
        [
          'another format',
          { body: 'GIF', headers: { 'content-type': 'image/gif' } },
          'invalid_request',
          undefined,
          /Not a recognised image file/,
        ],
        [
          'a PSD',
          {
            body: JSON.stringify({ image_base64: Buffer.from('8BPS____________').toString('base64') }),
            headers: JSON_TYPE,
          },
          'image_unsupported_format',
          'image_base64',
          /Photoshop/,
        ],
      ];
      for (const [name, call, code, param, message] of cases) {
        const { body, status } = await client.call('detect', call);
        t.ok(status >= 400, name);
        t.equal(body.error?.code, code, `${name}: ${body.error?.message}`);
        t.equal(body.error?.param, param, `${name}: param`);
        t.match(body.error?.message, message, name);
      }
    });

    t.test('[limits.edge] an image of exactly the limit is taken', async (t) => {
      const { client } = strict;
      for (const call of [
        { body: street, headers: { 'content-type': 'image/jpeg' } },
        { body: JSON.stringify(BASE64), headers: JSON_TYPE },
        form([['image', street, 'a']]),
      ])
        t.equal((await client.call('detect', call)).status, 200);
    });

    t.test('[quota.failed] what got no verdict costs nothing', async (t) => {
      const { app, client, detect } = common;
      const { secret } = keyWith(accountsBeside(t, app.dataDir), { scansPerMonth: 2 });
      t.equal((await detect({ image_base64: 'YWJj' }, secret)).status, 400);
      t.equal((await detect({ model: 'none' }, secret)).status, 404);
      t.equal((await detect({}, secret)).status, 200);
      t.equal((await detect({}, secret)).status, 200);
      const refused = await detect({}, secret);
      t.match(refused, {
        status: 402,
        body: { error: { code: 'payment_required', message: /quota of 2 scans/ } },
      });
      const { body } = await client.call('usage', { key: secret });
      t.match(body, { scans: { used: 2, quota: 2, remaining: 0 }, requests: { detect: 5, usage: 1 } });
    });
  });
}

t.test('[formats.all] each shipped picture is judged, by its content', async (t) => {
  const { client } = await serve(t, {});
  const pictures = {
    'grey.jpg': 'jpeg',
    'small.png': 'png',
    'wide.webp': 'webp',
    'moving.gif': 'gif',
    'scan.tiff': 'tiff',
    'tiny.bmp': 'bmp',
  };
  for (const [name, format] of Object.entries(pictures)) {
    const body = await readFile(`${FIXTURES}/${name}`);
    const answer = await client.call('detect', {
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
    t.equal(answer.body.image?.format, format, name);
    if (name === 'moving.gif')
      t.match(
        answer.body,
        { image: { pages: 2 }, reliability: { reasons: [String, /first of 2/] } },
        '[formats.pages] said so',
      );
  }
  const turned = await client.call('detect', {
    body: await fixture('turned.jpg'),
    headers: { 'content-type': 'image/jpeg' },
  });
  t.match(turned.body.image, { width: 300, height: 400 }, '[formats.orientation] upright');
});
