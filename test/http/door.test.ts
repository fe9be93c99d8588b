/** The life of a request, with routes made for it: what goes wrong on the way, on both engines. */
import t, { type Test } from 'tap';
import { fromPlainError } from '../../src/domain/errors.js';
import { createDoor, type Door } from '../../src/http/door.js';
import { createNodeEngine } from '../../src/http/engine/node.js';
import { createUwsEngine } from '../../src/http/engine/uws.js';
import { type Exchange, noBody, type Route } from '../../src/http/exchange.js';
import { Router } from '../../src/http/router.js';
import { createLog } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { openTestAccounts } from '../support/accounts.js';
import { ContractClient } from '../support/contract-client.js';

const ENGINES = { uws: createUwsEngine, node: createNodeEngine };

interface Served {
  client: ContractClient;
  door: Door;
  lines: Record<string, unknown>[];
  url: string;
}

async function serve(
  t: Test,
  engine: keyof typeof ENGINES,
  routes: Route[],
  deadlineMs = 5000,
): Promise<Served> {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const { accounts } = openTestAccounts(t);
  const { secret } = accounts.createProjectWithKey('enterprise', { livemode: true });
  const door = createDoor(
    {
      accounts,
      answers: { begin: async () => ({ kind: 'first', end() {}, abandon() {} }) },
      router: new Router(routes),
      log,
      metrics: createMetrics({ processMetrics: false }),
      traces: undefined,
      now: () => performance.now(),
    },
    { deadlineMs, statusPageUrl: 'https://status.example', trustProxy: [], tls: false },
  );
  const server = ENGINES[engine](door.handler, { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${await server.listen()}`;
  const client = new ContractClient({ url, key: secret });
  t.teardown(async () => {
    client.close();
    await server.close();
  });
  return { client, door, lines, url };
}

const route = (path: string, parts: Partial<Route>): Route => ({
  operationId: path.slice(1),
  method: 'POST',
  path,
  endpoint: null,
  read: noBody,
  handle: () => ({ value: { fine: true } }),
  ...parts,
});

for (const engine of ['uws', 'node'] as const) {
  t.test(
    `${engine}: [errors.internal] a defect is answered, logged with the id, and shown to nobody`,
    async (t) => {
      const broken = (): never => {
        throw new TypeError('the inside of the house');
      };
      const { client, door, lines } = await serve(t, engine, [
        route('/handle', { handle: broken }),
        route('/later', { handle: async () => broken() }),
        route('/read', { read: broken }),
        route('/chunk', { read: () => ({ chunk: broken, end() {} }) }),
        route('/end', { read: () => ({ chunk() {}, end: async () => broken() }) }),
        route('/thread', {
          handle() {
            throw fromPlainError({ code: 'internal_error', message: 'the inside of the house' });
          },
        }),
        route('/fine', {}),
      ]);
      for (const path of ['/handle', '/later', '/read', '/chunk', '/end', '/thread']) {
        const { status, body, bytes, headers } = await client.send('POST', path, { body: 'x' });
        t.equal(status, 500, path);
        t.equal(body.error.code, 'internal_error');
        t.equal(body.error.request_id, headers['x-request-id']);
        t.notMatch(bytes.toString(), /inside|TypeError/);
        const logged = lines.find(
          (line) => line.level === 'error' && line.request_id === body.error.request_id,
        );
        t.match(logged, { err: { message: 'the inside of the house' } }, 'the log has it');
      }
      t.equal((await client.send('POST', '/fine', {})).status, 200, 'the connection lives on');
      t.equal(door.inFlight(), 0);
    },
  );

  t.test(
    `${engine}: [ids.request] every answer has an id; the client's own is kept in the log`,
    async (t) => {
      const { client, lines } = await serve(t, engine, [route('/fine', {})]);
      const ids = new Set<unknown>();
      for (const id of ['mine-1', 'not valid!', undefined]) {
        const { headers } = await client.send('POST', '/fine', {
          headers: id === undefined ? {} : { 'x-request-id': id },
        });
        ids.add(headers['x-request-id']);
        t.match(headers['x-request-id'], /^req_/);
      }
      t.equal(ids.size, 3);
      const requests = lines.filter((line) => line.operation === 'fine');
      t.same(
        requests.map((line) => line.client_request_id),
        ['mine-1', undefined, undefined],
      );
      t.same(
        requests.map((line) => line.request_id),
        [...ids],
      );
      const lost = await client.send('GET', '/nowhere', {});
      t.equal(lost.status, 404);
      t.equal(lost.body.error.request_id, lost.headers['x-request-id']);
    },
  );

  t.test(`${engine}: [errors.not_found] an unknown method says which there are`, async (t) => {
    const { client } = await serve(t, engine, [route('/a', {}), route('/a', { method: 'DELETE' })]);
    const { status, headers, body } = await client.send('GET', '/a', {});
    t.equal(status, 404);
    t.equal(headers.allow, 'POST, DELETE');
    t.equal(body.error.message, 'This path takes POST, DELETE');
    t.equal((await client.send('OPTIONS', '/a', { headers: { origin: 'https://a.example' } })).status, 404);
    t.equal((await client.send('GET', '/b', {})).headers.allow, undefined);
  });

  t.test(`${engine}: [transport.cors] no other origin is let in`, async (t) => {
    const { client } = await serve(t, engine, [route('/a', {})]);
    for (const method of ['POST', 'OPTIONS']) {
      const { headers } = await client.send(method, '/a', {
        headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
      });
      t.same(
        Object.keys(headers).filter((name) => name.startsWith('access-control')),
        [],
      );
    }
  });

  t.test(
    `${engine}: [errors.shape] a body refused midway is answered, and the connection serves on`,
    async (t) => {
      let exchange: Exchange | undefined;
      let aborted = 0;
      const { client } = await serve(t, engine, [
        route('/small', {
          read(given) {
            exchange = given;
            return { ...noBody(), abort: () => void aborted++ };
          },
        }),
        route('/fine', {}),
      ]);
      for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
        const { status, body } = await client.send('POST', '/small', { body: 'x'.repeat(300_000), headers });
        t.equal(status, 400);
        t.match(body.error.message, /takes no body/);
        t.equal((await client.send('POST', '/fine', {})).status, 200);
      }
      t.equal(aborted, 2, 'the reader was told');
      t.equal(exchange?.signal.aborted, false, 'the client did not go away');
    },
  );

  t.test(`${engine}: [limits.deadline] the deadline runs from the last byte of the request`, async (t) => {
    const seen: number[] = [];
    const { client } = await serve(
      t,
      engine,
      [
        route('/time', {
          handle({ remainingMs, latencyMs }) {
            seen.push(remainingMs(), latencyMs());
            return { value: {} };
          },
        }),
      ],
      1000,
    );
    await client.send('POST', '/time', {});
    const [remaining = 0, latency = -1] = seen;
    t.ok(Number.isInteger(remaining) && remaining > 0 && remaining <= 1000, `${remaining} ms are left`);
    t.ok(Number.isInteger(latency) && latency >= 0);
  });

  t.test(`${engine}: [errors.status_page] 503 shows the status page where there is one`, async (t) => {
    const { client, door } = await serve(t, engine, [route('/keyed', { endpoint: 'detect' })]);
    door.drain();
    const { status, body } = await client.send('POST', '/keyed', {});
    t.equal(status, 503);
    t.equal(body.error.status_page, 'https://status.example');
    await door.idle();
  });
}
