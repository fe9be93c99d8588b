/** The server against its own specification: every operation, every example, every declared error. */
import t, { type Test } from 'tap';
import type { Accounts } from '../../src/accounts/types.js';
import { STATUS } from '../../src/domain/errors.js';
import { checkAgainstContract } from '../../src/http/contract.js';
import { OPERATIONS as SERVED } from '../../src/http/generated/operations.js';
import {
  type Call,
  ContractClient,
  DOCUMENT,
  faults,
  OPERATIONS,
  type Operation,
  resolve,
} from '../support/contract-client.js';
import { accountsBeside, keyWith } from '../support/keys.js';
import {
  ENGINES,
  fixture,
  metric,
  openSocket,
  startTestApp,
  type TestApp,
  until,
} from '../support/running-app.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const image = await fixture('pixel.png');
const large = await fixture('street.jpg');

t.test(
  '[spec.single] routes that differ from the specification are refused, each difference named',
  async (t) => {
    checkAgainstContract(SERVED);
    const [first, ...rest] = SERVED;
    t.throws(() => checkAgainstContract(rest), {
      message: /not served: detect: POST \/v1\/detect as detect/,
    });
    const extra = { operationId: 'more', method: 'GET', path: '/v1/more', endpoint: null } as const;
    t.throws(() => checkAgainstContract([...SERVED, extra]), {
      message: /not in api\/openapi.yaml: more: GET \/v1\/more/,
    });
    t.throws(() => checkAgainstContract([...SERVED, first]), { message: /served twice: detect/ });
  },
);

t.test('[errors.codes] the table of codes and the specification are the same', async (t) => {
  t.same(DOCUMENT.components.schemas.ErrorBody.properties.code.enum, Object.keys(STATUS));
  for (const { id, definition } of OPERATIONS)
    for (const [status, response] of Object.entries(definition.responses))
      for (const code of resolve(response)['x-aidet-codes'] ?? [])
        t.equal(STATUS[code as keyof typeof STATUS], Number(status), `${id} ${code}`);
});

t.test('[spec.examples] examples of answers are what they stand for', async (t) => {
  for (const { id, definition } of OPERATIONS) {
    const { content = {} } = resolve(definition.responses['200']);
    for (const { schema, examples = {} } of Object.values<{ schema: object; examples?: object }>(content))
      for (const [name, example] of Object.entries(examples))
        t.equal(faults(schema, resolve(example).value), null, `${id} ${name}`);
  }
});

/** How to provoke each error, by its code; a call that must end with it. */
type Provoke = (context: Context, operation: Operation) => Call | null;

interface Context {
  accounts: Accounts;
  admin: string;
}

const IMAGE_OPERATIONS = ['detect', 'c2paVerify', 'forensics'];

const json = (value: object): Call => ({ body: JSON.stringify(value), headers: JSON_TYPE });

/** A request that is well formed, as far as the operation takes one. */
function ordinary({ id, method }: Operation): Call {
  if (id === 'detectBatch') return json({ images: [{ image_base64: image.toString('base64') }] });
  if (IMAGE_OPERATIONS.includes(id)) return { body: image, headers: { 'content-type': 'image/png' } };
  return method === 'POST' ? json({}) : {};
}

const withImage = (id: string, bytes: Uint8Array): Call | null => {
  if (!IMAGE_OPERATIONS.includes(id)) return null;
  return { body: bytes, headers: { 'content-type': 'application/octet-stream' } };
};

const PROVOKE: Record<string, Provoke> = {
  unauthorized: (_, operation) => ({ ...ordinary(operation), key: null }),
  forbidden: ({ accounts }, operation) => ({
    ...ordinary(operation),
    key: keyWith(accounts, {}, { scopes: ['nothing'] }).secret,
  }),
  rate_limited: ({ accounts }, operation) => ({
    ...ordinary(operation),
    key: usedUp(accounts),
  }),
  payment_required: ({ accounts }, operation) => ({
    ...ordinary(operation),
    key: keyWith(accounts, { scansPerMonth: 0 }).secret,
  }),
  not_found: ({ admin }, { id, path }) => {
    if (id === 'detect') return { ...json({ image_base64: image.toString('base64'), model: 'none' }) };
    if (id === 'rotateKey') return { ...json({}), params: { id: 'key_none' }, key: admin };
    return path.includes('{') ? { params: { id: 'none', file: 'none' }, key: admin } : null;
  },
  invalid_request: ({ admin }, { id, method, endpoint }) => {
    const key = endpoint === 'admin' ? { key: admin } : {};
    if (id === 'detectBatch') return json({ images: [] });
    if (method === 'POST') return { ...json({ no_such_field: 1 }), ...key };
    return { body: 'x'.repeat(2000), ...key };
  },
  image_too_large: (_, { id }) => {
    if (id === 'detectBatch') return { body: Buffer.alloc(400_000, 32), headers: JSON_TYPE };
    return withImage(id, large);
  },
  image_unsupported_format: (_, { id }) => withImage(id, Buffer.from('%PDF-1.7\n%%EOF\n')),
  image_unfetchable: (_, { id }) =>
    IMAGE_OPERATIONS.includes(id) ? json({ image_url: 'http://127.0.0.1/a.png' }) : null,
};

/** Declared errors that need another server, each with the test that provokes it. */
const ELSEWHERE: Record<string, string> = {
  internal_error: 'test/http/door.test.ts: a defect, by a route that has one',
  service_unavailable: 'below: a server that is stopping',
};

/** A key whose only request of this second and minute was made. */
function usedUp(accounts: Accounts): string {
  return keyWith(accounts, { sustainedRps: 1 / 60, burstRps: 1 }, { scopes: ['*', 'admin'] }).secret;
}

async function open(
  t: Test,
  engine: 'uws' | 'node',
): Promise<{ app: TestApp; context: Context; client: ContractClient }> {
  const limits = { image_bytes_max: 20_000, batch_max_bytes: 300_000 };
  const app = await startTestApp(t, { engine, ...limits });
  const accounts = accountsBeside(t, app.dataDir);
  const client = new ContractClient(app);
  t.teardown(() => client.close());
  const admin = keyWith(accounts, {}, { scopes: ['*', 'admin'] }).secret;
  return { app, client, context: { accounts, admin } };
}

for (const engine of ENGINES) {
  t.test(`${engine}: [spec.errors] every declared error of every operation`, async (t) => {
    const { client, context } = await open(t, engine);
    for (const op of OPERATIONS) {
      for (const [status, response] of Object.entries(op.definition.responses)) {
        for (const code of resolve(response)['x-aidet-codes'] ?? []) {
          const provoke = PROVOKE[code];
          if (provoke === undefined) {
            t.ok(ELSEWHERE[code], `${op.id} ${code}: nothing provokes it`);
            continue;
          }
          if (code === 'unauthorized' && op.endpoint === null) continue;
          const call = provoke(context, op);
          if (call === null) {
            t.fail(`${op.id} declares ${code}, but nothing provokes it`);
            continue;
          }
          if (code === 'rate_limited') await client.call(op.id, { ...ordinary(op), ...call }).catch(() => {});
          const answer = await client.call(op.id, call);
          t.equal(`${answer.status} ${answer.body?.error?.code}`, `${status} ${code}`, `${op.id} ${code}`);
        }
      }
    }
  });

  t.test(`${engine}: [spec.examples] examples of requests are executed`, async (t) => {
    const { client, context } = await open(t, engine);
    let executed = 0;
    for (const op of OPERATIONS) {
      const examples = op.definition.requestBody?.content['application/json']?.examples ?? {};
      for (const [name, example] of Object.entries<{ value: object }>(examples)) {
        const key = op.endpoint === 'admin' ? { key: context.admin } : {};
        const target = context.accounts.createKey(projectOf(context), { livemode: true });
        const { status } = await client.call(op.id, {
          ...json(example.value),
          ...key,
          params: { id: target.id },
        });
        t.equal(status, 200, `${op.id} ${name}`);
        executed++;
      }
    }
    t.ok(executed >= 5, `${executed} examples`);
  });

  t.test(`${engine}: [spec.answers] operations without a body answer as specified`, async (t) => {
    const { client, context } = await open(t, engine);
    const key = { key: context.admin };
    for (const id of [
      'usage',
      'listKeys',
      'listModels',
      'health',
      'livez',
      'readyz',
      'metrics',
      'openapi',
      'docs',
    ])
      t.equal((await client.call(id, key)).status, 200, id);
    const { body: keys } = await client.call('listKeys', key);
    t.equal((await client.call('getKey', { ...key, params: { id: keys.data[0].id } })).status, 200);
    const { body: models } = await client.call('listModels', key);
    const model = await client.call('getModel', { ...key, params: { id: models.data[0].id } });
    t.ok(model.body.generators.length > 5);
    for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js'])
      t.equal((await client.call('docsFile', { params: { file } })).status, 200, file);
    const made = await client.call('createKey', { ...key, ...json({ name: 'one' }) });
    t.equal((await client.call('revokeKey', { ...key, params: { id: made.body.id } })).status, 200);
    t.same((await client.call('openapi')).body, JSON.parse(JSON.stringify(DOCUMENT)));
  });

  t.test(`${engine}: [errors.draining] a server that is stopping refuses new work`, async (t) => {
    const { app, context } = await open(t, engine);
    // Each has sent half of its head when the server begins to stop.
    const keyed = OPERATIONS.filter(({ endpoint }) => endpoint !== null);
    const waiting = await Promise.all(
      keyed.map(async ({ id, method, path }) => {
        const socket = await openSocket(app);
        const target = path.replace(/\{\w+\}/g, 'x');
        socket.write(`${method} ${target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${context.admin}\r\n`);
        return { id, socket };
      }),
    );
    const stuck = await openSocket(app);
    stuck.write(
      `POST /v1/detect HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${app.key}\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\n`,
    );
    // What was written before it has been read as well.
    await until('the last one is in', async () => (await metric(app, 'aidet_http_requests_in_flight')) === 2);
    const closing = app.close();
    for (const { id, socket } of waiting) {
      const answer = new Promise<string>((resolve) => {
        let text = '';
        socket.on('data', (chunk) => (text += chunk)).on('close', () => resolve(text));
      });
      socket.write('Content-Length: 0\r\n\r\n');
      const text = await answer;
      t.match(text, /^HTTP\/1.1 503 /, id);
      t.match(text, /retry-after: 1/i, id);
      t.match(text, /"code":"service_unavailable"/, id);
    }
    stuck.destroy();
    await closing;
  });
}

function projectOf({ accounts, admin }: Context): string {
  return accounts.authenticate(`Bearer ${admin}`, 'admin', '127.0.0.1').projectId;
}
