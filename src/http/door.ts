/**
 * The life of one request: framing, path, key, rate, body, handler, answer. Whatever fails on the way, the client gets one
 * answer in the shape of the contract with its request id, everything the request held is given back, and one line is
 * logged.
 */
import { createHash } from 'node:crypto';
import type { Accounts, Principal } from '../accounts/types.js';
import { AidetError } from '../domain/errors.js';
import type { Log } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import type { RequestTrace, Traces } from '../observability/traces.js';
import type { Begun, IdempotentAnswers, KeptAnswer } from '../storage/idempotency.js';
import { createClientIp } from './client-ip.js';
import { acceptedEncoding, encode } from './encode.js';
import type { BodySink, Handler, Reply, RequestHead, Responder } from './engine/types.js';
import { errorBody, errorHeaders, NoRouteError, publicError } from './errors.js';
import type { Answer, BodyReader, Exchange, Route } from './exchange.js';
import { checkHost, framedLength } from './framing.js';
import { clientRequestId, newId } from './ids.js';
import { rateHeaders } from './rate-headers.js';
import type { Match, Router } from './router.js';

export interface DoorDeps {
  accounts: Accounts;
  answers: Pick<IdempotentAnswers, 'begin'>;
  router: Router;
  log: Log;
  metrics: Metrics;
  /** Undefined: no traces. */
  traces: Pick<Traces, 'begin'> | undefined;
  /** Monotonic milliseconds. */
  now: () => number;
}

export interface DoorSettings {
  deadlineMs: number;
  statusPageUrl: string;
  trustProxy: readonly string[];
  tls: boolean;
}

export interface Door {
  handler: Handler;
  /** Requests between head and answer. */
  inFlight(): number;
  /** From now on connections are closed with their answer, and new work is refused. */
  drain(): void;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

/** A body must be complete within this time; engines cut connections that stand still much earlier. */
const BODY_TIMEOUT_MS = 120_000;
/** After an early answer this much of a body is read and dropped to keep the connection; beyond, it is closed. */
const DROP_BYTES_MAX = 64_000_000;
/** A refusal of a chunked body, whose length nobody knows, waits for its end up to this many bytes. */
const CHUNKED_DROP_BYTES_MAX = 1_000_000;

const FIXED_HEADERS: [string, string][] = [
  ['Cache-Control', 'no-store'],
  ['X-Content-Type-Options', 'nosniff'],
];

/** An answer as it leaves, without the headers that all answers have. */
interface Sent {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
  contentType: string;
}

/** The place of a first answer under its Idempotency-Key. */
type First = Extract<Begun, { kind: 'first' }>;

export function createDoor(deps: DoorDeps, settings: DoorSettings): Door {
  const { log, metrics, now } = deps;
  const clientIpOf = createClientIp(settings.trustProxy);
  let inFlight = 0;
  let draining = false;
  let whenIdle: (() => void)[] = [];

  function leave(): void {
    inFlight--;
    metrics.set('aidet_http_requests_in_flight', inFlight);
    if (inFlight > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  function handler(head: RequestHead, responder: Responder): BodySink {
    inFlight++;
    metrics.set('aidet_http_requests_in_flight', inFlight);
    const startMs = now();
    const requestId = newId('req');
    const encoding = acceptedEncoding(head.headers);
    const abort = new AbortController();
    const releases: (() => void)[] = [];
    const notes: Record<string, string | number | boolean> = {};
    let match: Match | undefined;
    let trace: RequestTrace | undefined;
    let principal: Principal | undefined;
    let reader: BodyReader<unknown> | undefined;
    let bodyTimer: NodeJS.Timeout | undefined;
    let length: number | null = 0;
    let received = 0;
    let endMs: number | undefined;
    let over = false;
    /** A refusal that waits for the end of a chunked body. */
    let held: (() => void) | undefined;

    const operation = (): string => match?.route.operationId ?? 'none';

    function finish(outcome: { status: number; bytes: number } | 'aborted'): void {
      if (over) return;
      over = true;
      clearTimeout(bodyTimer);
      for (const release of releases.splice(0)) release();
      const ms = now() - startMs;
      if (outcome === 'aborted') metrics.add('aidet_http_aborts_total', 1, { operation: operation() });
      else {
        metrics.add('aidet_http_requests_total', 1, { operation: operation(), status: outcome.status });
        metrics.observe('aidet_http_request_seconds', (now() - (endMs ?? startMs)) / 1000, {
          operation: operation(),
        });
        metrics.add('aidet_http_response_bytes_total', outcome.bytes, { operation: operation() });
      }
      metrics.add('aidet_http_request_bytes_total', received, { operation: operation() });
      if (trace !== undefined) endTrace(trace, outcome);
      log.info({
        request_id: requestId,
        client_request_id: clientRequestId(head.headers.get('x-request-id')),
        operation: operation(),
        method: head.method.slice(0, 16),
        status: outcome === 'aborted' ? 'aborted' : outcome.status,
        ms: Math.round(ms),
        bytes_in: received,
        client_ip: clientIpOf(head),
        project: principal?.projectId,
        key_id: principal?.keyId,
        ...notes,
      });
      leave();
    }

    function endTrace(ended: RequestTrace, outcome: { status: number } | 'aborted'): void {
      const status = outcome === 'aborted' ? undefined : outcome.status;
      ended.end({
        failed: status === undefined || status >= 500,
        attributes: {
          'http.request.method': head.method,
          'http.route': match?.route.path,
          'http.response.status_code': status,
          'http.request.body.size': received,
          'aidet.request_id': requestId,
          'aidet.project': principal?.projectId,
          'error.type': status === undefined ? 'aborted' : notes.code?.toString(),
        },
      });
    }

    function send(shape: Sent, close: boolean, first?: First): void {
      if (over) return;
      const { status, headers, body, contentType } = shape;
      const own = new Set(headers.map(([name]) => name.toLowerCase()));
      const named: [string, string][] = own.has('x-request-id')
        ? headers
        : [['X-Request-Id', requestId], ...headers];
      const rate = principal && rateHeaders(deps.accounts.rateState(principal), principal.limits, Date.now());
      first?.end({ status, headers: [['Content-Type', contentType], ...named], body });
      const reply: Reply = {
        status,
        headers: [
          ['Content-Type', contentType],
          ...FIXED_HEADERS.filter(([name]) => !own.has(name.toLowerCase())),
          ...(settings.tls ? ([['Strict-Transport-Security', 'max-age=31536000']] as const) : []),
          ...(rate ?? []),
          ...named,
        ],
        body,
      };
      responder.reply(reply, close || draining ? 'close' : 'keep');
      finish({ status, bytes: body.byteLength });
    }

    function answer(given: Answer, first?: First): void {
      const { bytes, contentType } = 'value' in given ? encode(given.value, encoding) : given;
      const { status = 200, headers = [] } = given;
      send({ status, headers, body: bytes, contentType }, false, first);
    }

    function replay({ status, headers, body }: KeptAnswer): void {
      const contentType = headers.find(([name]) => name === 'Content-Type')?.[1] ?? 'application/json';
      const kept = headers.filter(([name]) => name !== 'Content-Type');
      notes.replayed = true;
      send({ status, headers: [...kept, ['Idempotent-Replayed', 'true']], body, contentType }, false);
    }

    function fail(error: unknown, closeAlways = false, first?: First): void {
      if (over || held !== undefined) return;
      const shown = publicError(error);
      if (shown.code === 'internal_error') log.error({ request_id: requestId, err: shown.cause ?? shown });
      metrics.add('aidet_http_errors_total', 1, { operation: operation(), code: shown.code });
      notes.code = shown.code;
      reader?.abort?.();
      reader = undefined;
      const headers = errorHeaders(shown);
      if (shown instanceof NoRouteError && shown.allow.length > 0)
        headers.push(['Allow', shown.allow.join(', ')]);
      const { bytes, contentType } = encode(errorBody(shown, requestId, settings.statusPageUrl), encoding);
      const respond = (close: boolean): void =>
        send({ status: shown.status, headers, body: bytes, contentType }, close, first);
      if (closeAlways || endMs !== undefined) respond(closeAlways);
      else if (length !== null) respond(length - received > DROP_BYTES_MAX);
      else held = () => respond(endMs === undefined);
    }

    async function run({ route }: Match, full: BodyReader<unknown>): Promise<void> {
      let first: First | undefined;
      try {
        const body = await full.end();
        if (over) return;
        const key =
          head.method === 'POST' && route.endpoint !== null ? head.headers.get('idempotency-key') : undefined;
        if (key !== undefined) {
          const begun = await begin(route, key, body);
          if (begun.kind === 'replay') {
            replay(begun.answer);
            return;
          }
          first = begun;
        }
        const given = await route.handle(exchange, body);
        answer(given, first);
      } catch (error) {
        if (abort.signal.aborted) finish('aborted');
        else fail(error, false, first);
      } finally {
        first?.abandon();
      }
    }

    async function begin(route: Route, key: string, body: unknown): Promise<Begun> {
      const asked = route.fingerprint === undefined ? JSON.stringify(body) : await route.fingerprint(body);
      const { projectId, livemode, retention } = exchange.principal;
      const fingerprint = createHash('sha256').update(`${head.method} ${head.path} ${asked}`).digest('hex');
      const wait = { remainingMs: exchange.remainingMs(), signal: abort.signal };
      const asking = { projectId, livemode, key, fingerprint, retentionS: retention.resultsS };
      return deps.answers.begin(asking, wait);
    }

    function awaitBody(): void {
      bodyTimer = setTimeout(() => {
        fail(
          new AidetError('invalid_request', `The body was not complete after ${BODY_TIMEOUT_MS / 1000} s`),
          true,
        );
      }, BODY_TIMEOUT_MS);
    }

    const exchange: Exchange = {
      head,
      requestId,
      get length() {
        return length;
      },
      get params() {
        return match?.params ?? {};
      },
      query: new URLSearchParams(head.query),
      get principal() {
        if (principal === undefined) throw new Error(`${operation()} asks for a principal but takes no key`);
        return principal;
      },
      get clientIp() {
        return clientIpOf(head);
      },
      signal: abort.signal,
      flow: {
        // Where we hold the client back, the time is ours.
        pause() {
          clearTimeout(bodyTimer);
          responder.pause();
        },
        resume() {
          if (endMs === undefined && !over) awaitBody();
          responder.resume();
        },
      },
      latencyMs: () => Math.round(now() - (endMs ?? startMs)),
      remainingMs: () => Math.max(1, Math.floor((endMs ?? now()) + settings.deadlineMs - now())),
      onFinished(release) {
        if (over) release();
        else releases.push(release);
      },
      note: (fields) => Object.assign(notes, fields),
      stage: (name, fromMs, toMs, attributes) => trace?.stage(name, fromMs, toMs, attributes),
    };

    const sink: BodySink = {
      chunk(bytes) {
        received += bytes.byteLength;
        if (held !== undefined && received > CHUNKED_DROP_BYTES_MAX) held();
        try {
          reader?.chunk(bytes);
        } catch (error) {
          fail(error);
        }
      },
      end() {
        clearTimeout(bodyTimer);
        endMs = now();
        if (received > 0) trace?.stage('body', startMs, endMs);
        if (held !== undefined) held();
        else if (match !== undefined && reader !== undefined) void run(match, reader);
      },
      abort() {
        abort.abort();
        reader?.abort?.();
        finish('aborted');
      },
    };

    try {
      length = framedLength(head);
      checkHost(head);
    } catch (error) {
      fail(error, true);
      return sink;
    }
    try {
      match = deps.router.match(head.method, head.path);
      const { endpoint, path } = match.route;
      if (endpoint !== null && deps.traces !== undefined) {
        trace = deps.traces.begin(`${head.method} ${path}`, startMs, head.headers);
        if (trace !== undefined) notes.trace_id = trace.id;
      }
      if (endpoint !== null) {
        principal = deps.accounts.authenticate(head.headers.get('authorization'), endpoint, clientIpOf(head));
        deps.accounts.admit(principal, endpoint);
        if (draining)
          throw new AidetError('service_unavailable', 'The server is stopping', { retryAfterS: 1 });
      }
      reader = match.route.read(exchange);
      awaitBody();
    } catch (error) {
      fail(error);
    }
    return sink;
  }

  return {
    handler,
    inFlight: () => inFlight,
    drain() {
      draining = true;
    },
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
  };
}
