import { execFile } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import {
  type Begun,
  type IdempotentAnswers,
  type IdempotentRequest,
  type KeptAnswer,
  openIdempotentAnswers,
} from '../../src/storage/idempotency.js';
import { openKeyRing } from '../../src/storage/key-ring.js';
import { freshFolder } from '../support/folders.js';

const REQUEST: IdempotentRequest = {
  projectId: 'proj_1',
  livemode: true,
  key: 'order-17',
  fingerprint: 'f1',
  retentionS: null,
};
const ANSWER: KeptAnswer = {
  status: 200,
  headers: [
    ['Content-Type', 'application/json'],
    ['X-Request-Id', 'req_1'],
  ],
  body: Buffer.from('{"verdict":"authentic","metadata":{"customer":"Ada"}}'),
};
const PATIENT = { remainingMs: 60_000, signal: new AbortController().signal };
// Everybody who waits in these tests listens to it.
setMaxListeners(0, PATIENT.signal);

function bench(t: Test, { ttlS = 86_400, bytesMax = 1e9 } = {}) {
  const dataDir = freshFolder(t);
  const clock = { ms: 1_800_000_000_000 };
  const reports: Error[] = [];
  const nowMs = (): number => clock.ms;
  const open = (): IdempotentAnswers => {
    const ring = openKeyRing(dataDir, { nowMs, rotateMs: 1e12 });
    return openIdempotentAnswers(
      { ring, nowMs, report: (e) => reports.push(e) },
      { dataDir, ttlS, bytesMax },
    );
  };
  const answers = open();
  t.teardown(() => answers.close());
  return { dataDir, clock, reports, answers, open };
}

function first(begun: Begun): Extract<Begun, { kind: 'first' }> {
  if (begun.kind !== 'first') throw new Error('was replayed');
  return begun;
}

async function run(
  answers: IdempotentAnswers,
  change: Partial<IdempotentRequest> = {},
  answer = ANSWER,
): Promise<void> {
  first(await answers.begin({ ...REQUEST, ...change }, PATIENT)).end(answer);
}

test('the first answer comes again, byte for byte, until its time is over', async (t) => {
  const { answers, clock } = bench(t);
  await run(answers);
  for (const step of [0, 1, 86_400_000 - 2]) {
    clock.ms += step;
    const begun = await answers.begin(REQUEST, PATIENT);
    t.equal(begun.kind, 'replay');
    if (begun.kind !== 'replay') return;
    t.equal(begun.answer.status, 200);
    t.same(begun.answer.headers, ANSWER.headers);
    t.ok(Buffer.from(ANSWER.body).equals(begun.answer.body));
  }
  clock.ms += 1;
  first(await answers.begin({ ...REQUEST, fingerprint: 'f2' }, PATIENT)).end({ ...ANSWER, status: 201 });
  t.match(await answers.begin({ ...REQUEST, fingerprint: 'f2' }, PATIENT), { answer: { status: 201 } });
});

test('2xx and 400 are kept, nothing else', async (t) => {
  const { answers } = bench(t);
  const kept: number[] = [];
  const all = [200, 201, 202, 204, 301, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503];
  for (const status of all) {
    await run(answers, { key: `k${status}` }, { ...ANSWER, status });
    const again = await answers.begin({ ...REQUEST, key: `k${status}` }, PATIENT);
    if (again.kind === 'replay') kept.push(again.answer.status);
    else again.abandon();
  }
  t.same(kept, [200, 201, 202, 204, 400]);
});

test('the same key with another request is refused, while the first runs and afterwards', async (t) => {
  const { answers } = bench(t);
  const other = { ...REQUEST, fingerprint: 'f2' };
  const refused = { name: 'AidetError', code: 'invalid_request', message: /another request/ };
  const turn = first(await answers.begin(REQUEST, PATIENT));
  await t.rejects(answers.begin(other, PATIENT), refused);
  turn.end(ANSWER);
  await t.rejects(answers.begin(other, PATIENT), refused);
  const failed = first(await answers.begin({ ...REQUEST, key: 'k2' }, PATIENT));
  failed.end({ ...ANSWER, status: 503 });
  first(await answers.begin({ ...other, key: 'k2' }, PATIENT)).abandon();
});

test('projects and modes have keys of their own', async (t) => {
  const { answers } = bench(t);
  await run(answers);
  for (const change of [
    { projectId: 'proj_2' },
    { livemode: false },
    { key: 'order-18' },
    { key: 'ORDER-17' },
  ])
    await run(answers, { ...change, fingerprint: 'f2' });
});

test('malformed keys are refused', async (t) => {
  const { answers } = bench(t);
  for (const key of ['', 'a b', 'ä', '\u0007', 'x'.repeat(256)])
    await t.rejects(
      answers.begin({ ...REQUEST, key }, PATIENT),
      { code: 'invalid_request' },
      JSON.stringify(key),
    );
  for (const key of ['!', '~', 'x'.repeat(255)]) await run(answers, { key });
});

test('of many at once one is executed and all get its answer', async (t) => {
  const { answers } = bench(t);
  let executed = 0;
  const seen = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const begun = await answers.begin(REQUEST, PATIENT);
      if (begun.kind === 'replay') return Buffer.from(begun.answer.body).toString();
      executed++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      begun.end(ANSWER);
      return Buffer.from(ANSWER.body).toString();
    }),
  );
  t.equal(executed, 1);
  t.same(new Set(seen), new Set([Buffer.from(ANSWER.body).toString()]));
});

test('where the first fails or goes away, the next one in line is executed', async (t) => {
  const { answers } = bench(t);
  const order: string[] = [];
  const attempt = async (
    name: string,
    end: (turn: Extract<Begun, { kind: 'first' }>) => void,
  ): Promise<void> => {
    const begun = await answers.begin(REQUEST, PATIENT);
    order.push(`${name} ${begun.kind}`);
    if (begun.kind === 'replay') return;
    await new Promise(setImmediate);
    end(begun);
  };
  await Promise.all([
    attempt('a', (turn) => turn.abandon()),
    attempt('b', (turn) => turn.end({ ...ANSWER, status: 500 })),
    attempt('c', (turn) => turn.end(ANSWER)),
    attempt('d', () => t.fail('must not run')),
  ]);
  t.same(order, ['a first', 'b first', 'c first', 'd replay']);
});

test('who waits too long gets service_unavailable, who goes away is forgotten', async (t) => {
  const { answers } = bench(t);
  const turn = first(await answers.begin(REQUEST, PATIENT));
  await t.rejects(answers.begin(REQUEST, { ...PATIENT, remainingMs: 5 }), {
    name: 'AidetError',
    code: 'service_unavailable',
    retryAfterS: 1,
  });
  const client = new AbortController();
  const waiting = answers.begin(REQUEST, { remainingMs: 60_000, signal: client.signal });
  client.abort();
  await t.rejects(waiting, { name: 'AbortError' });
  await t.rejects(answers.begin(REQUEST, { remainingMs: 60_000, signal: client.signal }), {
    name: 'AbortError',
  });
  turn.end(ANSWER);
  turn.end({ ...ANSWER, status: 201 });
  turn.abandon();
  t.match(
    await answers.begin(REQUEST, PATIENT),
    { kind: 'replay', answer: { status: 200 } },
    'the first end counts',
  );
});

test('a life of zero switches it off', async (t) => {
  const { answers, dataDir } = bench(t, { ttlS: 0 });
  await run(answers);
  await run(answers, { fingerprint: 'f2' });
  t.throws(() => statSync(join(dataDir, 'answers.db')), { code: 'ENOENT' });
});

test('a lock ends with its process, an answer does not', async (t) => {
  const { dataDir, open } = bench(t);
  const child = fileURLToPath(new URL('./killed-midway.js', import.meta.url));
  const ended: unknown = await promisify(execFile)(process.execPath, [child, dataDir]).catch(
    (error) => error,
  );
  t.match(ended, { signal: 'SIGKILL', stdout: 'kept one, runs another' });
  const answers = open();
  t.teardown(() => answers.close());
  t.match(await answers.begin({ ...REQUEST, key: 'kept' }, PATIENT), {
    kind: 'replay',
    answer: { status: 200 },
  });
  first(await answers.begin({ ...REQUEST, key: 'running' }, PATIENT)).abandon();
});

test('nothing of an answer or a key can be read on the disk', async (t) => {
  const { answers, dataDir } = bench(t);
  await run(answers);
  for (const name of ['answers.db', 'answers.db-wal']) {
    const bytes = readFileSync(join(dataDir, name));
    t.equal(bytes.includes('Ada') || bytes.includes('order-17'), false, name);
    t.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600);
  }
});

test('the oldest go beyond the limit, expired ones go by themselves', async (t) => {
  const bytesMax = 1_000_000;
  const { answers, clock, open } = bench(t, { bytesMax });
  const large = { ...ANSWER, body: Buffer.alloc(100_000) };
  for (let i = 0; i < 30; i++) {
    clock.ms++;
    await run(answers, { key: `k${i}` }, large);
  }
  const replayed: number[] = [];
  for (let i = 0; i < 30; i++) {
    const begun = await answers.begin({ ...REQUEST, key: `k${i}` }, PATIENT);
    if (begun.kind === 'replay') replayed.push(i);
    else begun.abandon();
  }
  t.same(replayed, [21, 22, 23, 24, 25, 26, 27, 28, 29]);
  await run(answers, { key: 'huge' }, { ...ANSWER, body: Buffer.alloc(bytesMax / 8) });
  first(await answers.begin({ ...REQUEST, key: 'huge' }, PATIENT)).abandon();
  clock.ms += 86_400_000;
  for (let i = 0; i < 4; i++) await run(answers, { key: `new${i}` });
  const again = open();
  t.teardown(() => again.close());
  t.equal((await again.begin({ ...REQUEST, key: 'new0' }, PATIENT)).kind, 'replay');
});

test('a damaged file is replaced, with a report', async (t) => {
  const { answers, dataDir, open, reports } = bench(t);
  await run(answers);
  answers.close();
  writeFileSync(join(dataDir, 'answers.db'), 'no database at all'.repeat(1000));
  const again = open();
  t.teardown(() => again.close());
  t.equal(reports.length, 1);
  t.match(reports[0]?.message, /answers\.db was damaged/);
  await run(again);
  t.equal((await again.begin(REQUEST, PATIENT)).kind, 'replay');
});

test('where storing fails the request goes on and the next is executed', async (t) => {
  const { answers, reports } = bench(t);
  const turn = first(await answers.begin(REQUEST, PATIENT));
  answers.close();
  turn.end(ANSWER);
  t.equal(reports.length, 1);
  t.match(reports[0], { message: /could not be stored/, cause: Error });
  first(await answers.begin(REQUEST, PATIENT)).abandon();
});

test('the own retention of a project retention shortens the life of its answers, also of those that are there; zero keeps none', async (t) => {
  const { answers, clock } = bench(t, { ttlS: 100 });
  const begin = (retentionS: number | null): Promise<Begun> =>
    answers.begin({ ...REQUEST, retentionS }, PATIENT);
  await run(answers);
  clock.ms += 50_000;
  t.equal((await begin(51)).kind, 'replay');
  t.equal((await begin(1000)).kind, 'replay', 'a longer one changes nothing');
  first(await begin(50)).end({ ...ANSWER, status: 201 });
  clock.ms += 49_999;
  t.match(await begin(null), { answer: { status: 201 } });
  clock.ms += 1;
  first(await begin(null)).abandon();
  first(await begin(0)).end(ANSWER);
  first(await begin(null)).end(ANSWER);
  first(await begin(0)).end({ ...ANSWER, status: 201 });
  t.match(await begin(null), { answer: { status: 200 } }, 'zero neither reads nor writes');
});
