/** Whatever is sent: one answer in the shape of the contract, no defect, nothing counted that was not given. */
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { unpack } from 'msgpackr';
import t from 'tap';
import { STATUS } from '../../src/domain/errors.js';
import { openBeside } from '../support/accounts.js';
import { assertAtRest, ENGINES, fixture, type RunningApp, startTestApp } from '../support/running-app.js';
import { type FuzzRequest, fuzzRequests } from './requests.js';

const RUNS = Number(process.env.AIDET_FUZZ_RUNS ?? 400);
const REQUEST_ID = /^req_[0-9A-HJKMNP-TV-Z]{26}$/;

const images = await Promise.all(
  ['pixel.png', 'small.png', 'tiny.bmp', 'moving.gif', 'scan.tiff', 'grey.jpg'].map(fixture),
);

interface FuzzAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
t.teardown(() => agent.destroy());

async function send(
  app: RunningApp,
  { method, path, headers, body, chunkBytes }: FuzzRequest,
): Promise<FuzzAnswer> {
  const length = chunkBytes === 0 && body.length > 0 ? { 'content-length': String(body.length) } : {};
  const request = http.request({
    host: app.host,
    port: app.port,
    method,
    path,
    headers: { ...headers, ...length },
    agent,
  });
  // An early answer may close the connection while the body is still on its way.
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  request.on('error', () => {});
  if (chunkBytes > 0)
    for (let at = 0; at < body.length; at += chunkBytes) request.write(body.subarray(at, at + chunkBytes));
  else if (body.length > 0) request.write(body);
  request.end();
  const [response] = await answered;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

/** What is wrong with an answer; empty: nothing. */
function faultsOf(request: FuzzRequest, { status, headers, body }: FuzzAnswer, key: string): string[] {
  const faults: string[] = [];
  const check = (holds: boolean, what: string): void => void (holds || faults.push(what));
  check(status < 500 || status === 503, `status ${status}`);
  const requestId = String(headers['x-request-id']);
  check(REQUEST_ID.test(requestId), `X-Request-Id is ${requestId}`);
  check(!body.includes(key.slice(14, -6)), 'the key is in the body');
  const type = headers['content-type'] ?? '';
  if (request.method === 'HEAD') {
    check(body.length === 0, 'a body after HEAD');
    return faults;
  }
  const structured =
    type === 'application/msgpack'
      ? unpack(body)
      : type === 'application/json'
        ? JSON.parse(body.toString())
        : undefined;
  if (status >= 400) {
    const error = structured?.error;
    check(error !== undefined, `no error object but ${type}`);
    check(STATUS[error?.code as keyof typeof STATUS] === status, `${status} with code ${error?.code}`);
    check(
      typeof error?.message === 'string' && error.message.length > 0 && error.message.length < 500,
      `message ${error?.message}`,
    );
    check(error?.request_id === requestId, `request_id ${error?.request_id} is not ${requestId}`);
    check(
      error?.param === undefined || (typeof error.param === 'string' && error.param.length < 200),
      `param ${error?.param}`,
    );
    const known = ['code', 'message', 'param', 'request_id', 'status_page'];
    check(
      Object.keys(error ?? {}).every((name) => known.includes(name)),
      `fields ${Object.keys(error ?? {})}`,
    );
    check(
      Object.keys(structured ?? {}).join() === 'error',
      `beside the error: ${Object.keys(structured ?? {})}`,
    );
  }
  if (status === 429 || status === 503)
    check(Number(headers['retry-after']) >= 1, `Retry-After ${headers['retry-after']}`);
  if (status === 401) check(headers['www-authenticate'] !== undefined, 'no WWW-Authenticate');
  if (status === 200 && request.method === 'POST' && structured?.verdict !== undefined)
    checkVerdict(structured, requestId, check);
  return faults;
}

// biome-ignore lint/suspicious/noExplicitAny: it is looked into freely.
function checkVerdict(value: any, requestId: string, check: (holds: boolean, what: string) => void): void {
  const ai = value.verdict === 'ai_generated';
  check(ai || value.verdict === 'authentic', `verdict ${value.verdict}`);
  check(value.ai_probability >= 0 && value.ai_probability <= 1, `ai_probability ${value.ai_probability}`);
  check(
    Math.abs(value.confidence - (ai ? value.ai_probability : 1 - value.ai_probability)) < 1e-9,
    'confidence',
  );
  check(ai === value.ai_probability >= value.threshold, 'threshold');
  check(value.request_id === requestId, 'request_id');
  check(Number.isInteger(value.latency_ms) && value.latency_ms >= 0, `latency_ms ${value.latency_ms}`);
  for (const name of ['model_attribution', 'heatmap_url', 'c2pa_manifest_present', 'metadata', 'livemode'])
    check(name in value, `no ${name}`);
}

for (const engine of ENGINES) {
  t.test(`${engine}: requests of any kind`, async (t) => {
    const app = await startTestApp(t, { engine });
    const admin = openBeside(t, app.dataDir).createProjectWithKey('pro', {
      livemode: true,
      scopes: ['*', 'admin'],
    });
    const authorizations = [app.key, app.key, app.key, admin.secret].map((key) => `Bearer ${key}`);
    const statuses: Record<number, number> = {};
    let verdicts = 0;
    await fc.assert(
      fc.asyncProperty(fuzzRequests(images, authorizations), async (request) => {
        const answer = await send(app, request);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const replayed = answer.headers['idempotent-replayed'] === 'true';
        const counted = request.headers.authorization === authorizations[0] && !replayed;
        if (answer.status === 200 && counted) verdicts += verdictsIn(request, answer);
        const faults = faultsOf(request, answer, app.key);
        if (faults.length > 0)
          throw new Error(`${faults.join('; ')}\n${answer.body.toString('utf8').slice(0, 500)}`);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    t.comment(JSON.stringify(statuses));
    for (const status of [200, 400, 401, 404, 422])
      t.ok((statuses[status] ?? 0) > 0, `${status} was among the answers`);
    await assertAtRest(t, app);
    const usage = await fetch(`${app.url}/v1/usage`, { headers: { authorization: `Bearer ${app.key}` } });
    const { scans } = (await usage.json()) as { scans: { used: number } };
    t.equal(scans.used, verdicts, 'as many scans as verdicts');
  });
}

/** Scans that an answer of 200 stands for. */
function verdictsIn({ method, path }: FuzzRequest, { headers, body }: FuzzAnswer): number {
  if (method !== 'POST') return 0;
  const value =
    headers['content-type'] === 'application/msgpack' ? unpack(body) : JSON.parse(body.toString());
  if (path.startsWith('/v1/detect/batch')) return batchScans(value);
  return /^\/v1\/(detect|forensics)/.test(path) ? 1 : 0;
}

/** Duplicates within a batch are one scan. */
// biome-ignore lint/suspicious/noExplicitAny: it is looked into freely.
function batchScans({ results }: any): number {
  const seen = results.filter((r: { status: string }) => r.status === 'ok');
  return new Set(seen.map((r: { image: { sha256: string } }) => r.image.sha256)).size;
}
