/** `Idempotency-Key` through the whole server: what is given again, what is not, and what it costs. */
import t from 'tap';
import { renderPhoto, sharpOf } from '../../bench/images.js';
import { type Called, ContractClient } from '../support/contract-client.js';
import { form } from '../support/form.js';
import { accountsBeside, keyWith } from '../support/keys.js';
import { ENGINES, fixture, startTestApp, until } from '../support/running-app.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const grey = await fixture('grey.jpg');
const b64 = grey.toString('base64');

for (const engine of ENGINES) {
  t.test(engine, async (t) => {
    const app = await startTestApp(t, { engine, workers: 1 });
    const client = new ContractClient(app);
    t.teardown(() => client.close());
    const accounts = accountsBeside(t, app.dataDir);
    const used = async (key: string): Promise<number> =>
      (await client.call('usage', { key })).body.scans.used;
    const post = (id: string, key: string, name: string, body: object, headers = {}): Promise<Called> =>
      client.call(id, {
        key,
        body: JSON.stringify(body),
        headers: { ...JSON_TYPE, 'idempotency-key': name, ...headers },
      });

    t.test('[idempotency.replay] the first answer again, byte for byte, and not as a scan', async (t) => {
      const { secret } = keyWith(accounts);
      const asked = { image_base64: b64, include_heatmap: true, metadata: { a: 1 } };
      const first = await post('detect', secret, 'k', asked);
      t.equal(first.headers['idempotent-replayed'], undefined);
      const again = await post('detect', secret, 'k', asked);
      t.equal(again.headers['idempotent-replayed'], 'true');
      t.ok(again.bytes.equals(first.bytes));
      t.equal(again.headers['x-request-id'], first.headers['x-request-id']);
      t.equal(again.headers['content-type'], first.headers['content-type']);
      const packed = await post('detect', secret, 'k', asked, { accept: 'application/msgpack' });
      t.ok(packed.bytes.equals(first.bytes), 'in the encoding of the first');
      t.equal(await used(secret), 1);
      const { body } = await client.call('usage', { key: secret });
      t.equal(body.requests.detect, 3, '[idempotency.request] it counts as a request');
    });

    t.test(
      '[idempotency.fingerprint] the same request in another form is the same, another one is refused',
      async (t) => {
        const { secret } = keyWith(accounts);
        const name = { 'idempotency-key': 'form' };
        const first = await client.call('detect', {
          key: secret,
          ...withHeaders(form([['image', grey, 'a.jpg']]), name),
        });
        const retry = await client.call('detect', {
          key: secret,
          ...withHeaders(form([['image', grey, 'b.jpg']]), name),
        });
        t.ok(retry.bytes.equals(first.bytes), 'another boundary, another file name');
        t.ok(
          (await post('detect', secret, 'form', { image_base64: b64 })).bytes.equals(first.bytes),
          'as JSON',
        );
        const others: [string, string, object][] = [
          ['another option', 'detect', { image_base64: b64, include_heatmap: true }],
          ['another image', 'detect', { image_base64: Buffer.concat([grey, grey]).toString('base64') }],
          ['another source', 'detect', { image_url: 'http://a.example/' }],
          ['another path', 'c2paVerify', { image_base64: b64 }],
        ];
        for (const [what, id, body] of others) {
          const refused = await post(id, secret, 'form', body);
          t.match(
            refused,
            {
              status: 400,
              body: { error: { code: 'invalid_request', message: /used for another request/ } },
            },
            what,
          );
        }
        t.equal(
          (await post('detect', keyWith(accounts).secret, 'form', { image_base64: b64, model_threshold: 1 }))
            .status,
          200,
          'each project has its own keys',
        );
        t.equal(await used(secret), 1);
      },
    );

    t.test('[idempotency.stored] 400 of what was executed is stored; refusals are not', async (t) => {
      const { secret } = keyWith(accounts, { scansPerMonth: 1 });
      const broken = { image_base64: grey.subarray(0, 2000).toString('base64') };
      const first = await post('detect', secret, 'broken', broken);
      t.equal(first.status, 400);
      t.equal((await post('detect', secret, 'broken', broken)).headers['idempotent-replayed'], 'true');
      for (const [name, body, status] of [
        ['malformed', { image_base64: '!' }, 400],
        ['unknown', { image_base64: b64, model: 'none' }, 404],
        ['inside', { image_url: 'http://127.0.0.1/' }, 422],
      ] as const) {
        for (const round of [1, 2]) {
          const answer = await post('detect', secret, name, body);
          t.equal(answer.status, status, `${name} ${round}`);
          t.equal(answer.headers['idempotent-replayed'], undefined, name);
        }
      }
      t.equal(
        (await post('detect', secret, 'malformed', { image_base64: b64 })).status,
        200,
        'the key is still free',
      );
      t.equal((await post('detect', secret, 'over', { image_base64: b64 })).status, 402);
      accounts.updateProject(accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1').projectId, {
        overrides: {},
      });
      // Another process has made the change: this one sees it within a second.
      let last = 402;
      await until('there is quota', async () => {
        last = (await post('detect', secret, 'over', { image_base64: b64 })).status;
        return last !== 402;
      });
      t.equal(last, 200, 'executed once there is quota');
    });

    t.test('[idempotency.wait] a second one waits for the first, which runs once', async (t) => {
      const { secret } = keyWith(accounts);
      const photo = await sharpOf(renderPhoto(1600, 1200, 9), 1600, 1200)
        .jpeg()
        .toBuffer();
      const asked = { image_base64: photo.toString('base64'), include_heatmap: true };
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => post('detect', secret, 'same', asked)),
      );
      t.same(
        answers.map((a) => a.status),
        [200, 200, 200, 200, 200],
      );
      t.equal(answers.filter((a) => a.headers['idempotent-replayed'] === 'true').length, 4);
      for (const { bytes } of answers) t.ok(bytes.equals(answers[0]?.bytes as Buffer));
      t.equal(await used(secret), 1);
    });

    t.test('[idempotency.batch] batches and keys too', async (t) => {
      const { secret } = keyWith(accounts, {}, { scopes: ['*', 'admin'] });
      const images = [
        { id: 'a', image_base64: b64 },
        { id: 'b', image_base64: 'YQ==' },
      ];
      const first = await post('detectBatch', secret, 'batch', { images });
      const again = await post('detectBatch', secret, 'batch', { images });
      t.ok(again.bytes.equals(first.bytes));
      t.equal((await post('detectBatch', secret, 'batch', { images: images.toReversed() })).status, 400);
      t.equal(await used(secret), 1);
      const key = await post('createKey', secret, 'key', { name: 'once' });
      const same = await post('createKey', secret, 'key', { name: 'once' });
      t.equal(same.body.secret, key.body.secret, 'no second key is made');
      t.equal((await post('createKey', secret, 'key', { name: 'twice' })).status, 400);
    });

    t.test('[idempotency.form] 1 to 255 visible characters', async (t) => {
      const { secret } = keyWith(accounts);
      for (const name of ['a b', 'ü', 'x'.repeat(256)]) {
        const refused = await post('detect', secret, name, { image_base64: b64 });
        t.match(refused, { status: 400, body: { error: { code: 'invalid_request' } } }, name.slice(0, 10));
      }
      t.equal((await post('detect', secret, 'x'.repeat(255), { image_base64: b64 })).status, 200);
    });
  });
}

t.test('[idempotency.off] with a life of zero nothing is stored', async (t) => {
  const app = await startTestApp(t, { idempotency_ttl_s: 0 });
  const client = new ContractClient(app);
  t.teardown(() => client.close());
  for (const _ of [1, 2]) {
    const body = JSON.stringify({ image_base64: b64 });
    const answer = await client.call('detect', { body, headers: { ...JSON_TYPE, 'idempotency-key': 'k' } });
    t.equal(answer.status, 200);
    t.equal(answer.headers['idempotent-replayed'], undefined);
  }
});

function withHeaders(
  call: { body: Uint8Array; headers: Record<string, string> },
  headers: Record<string, string>,
): { body: Uint8Array; headers: Record<string, string> } {
  return { ...call, headers: { ...call.headers, ...headers } };
}
