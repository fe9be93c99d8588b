/** What all actors of the mixed load share: the server, its keys, pictures, and the book of what came back. */
import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Agent, type Dispatcher } from 'undici';
import type { Site } from './site.js';

export interface Keys {
  /** Unlimited; every verdict of it is seen by its client. */
  counted: string;
  /** Unlimited; for clients that go away. */
  careless: string;
  free: string;
  pro: string;
  test: string;
  admin: string;
}

export interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: actors look into it freely.
  body: any;
  raw: Buffer;
}

export interface Call {
  method?: 'GET' | 'POST' | 'DELETE';
  path: string;
  key?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Scans that it may be charged for; 1 where an image is sent. */
  scans?: number;
}

/** Ten times the server's own deadline: who waits longer meets a machine that gives nobody his turn, or a request that was lost. */
const PATIENCE_MS = 300_000;

/** What came back, by actor and outcome; `wrong` are outcomes that must not be. */
export class Book {
  readonly outcomes: Record<string, Record<string, number>> = {};
  readonly wrong: string[] = [];
  /** What a machine that stood still brings about, and only that: times that were over, connections that seemed dead. */
  readonly late: string[] = [];

  count(actor: string, outcome: string | number): void {
    this.outcomes[actor] ??= {};
    const own = this.outcomes[actor];
    own[outcome] = (own[outcome] ?? 0) + 1;
  }

  delay(actor: string, outcome: string, what: string): void {
    this.count(actor, outcome);
    this.late.push(`${actor}: ${what}`);
  }

  fault(actor: string, what: string): void {
    this.count(actor, 'wrong');
    if (this.wrong.length < 50) this.wrong.push(`${actor}: ${what}`);
  }
}

export class World {
  readonly book = new Book();
  /** Verdicts that the key `counted` got, duplicates within a batch once. */
  verdicts = 0;
  /** Scans of that key at most whose verdict came when its client had given up: those may be counted, and nobody saw them. */
  unseen = 0;
  /** Of all answers, milliseconds. */
  longestWaitMs = 0;
  /** The longest that the server's main thread stood still, by its own account. */
  serverStillMs = 0;
  private readonly still = monitorEventLoopDelay({ resolution: 20 });
  private readonly agent = new Agent({
    connections: 256,
    pipelining: 1,
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  });
  private serial = 0;

  constructor(
    readonly url: string,
    readonly keys: Keys,
    readonly image: Buffer,
    readonly site: Site,
    readonly random: () => number,
  ) {
    this.still.enable();
  }

  /** The longest that this process or the server stood still, as threads do that get no turn. */
  stoodStillMs(): number {
    return Math.max(this.still.max / 1e6, this.serverStillMs);
  }

  /** The picture with a tail of its own behind its end, which decoders pass over: another content each time. */
  fresh(): Buffer {
    return Buffer.concat([this.image, Buffer.from(`#${this.serial++}`)]);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  async call({ method = 'POST', path, key, headers = {}, body }: Call): Promise<Answer> {
    const { hostname, port } = new URL(this.url);
    const begunMs = performance.now();
    const answer = await this.agent.request({
      origin: `http://${hostname}:${port}`,
      method,
      path,
      headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body: body ?? null,
    });
    const raw = Buffer.from(await answer.body.arrayBuffer());
    this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - begunMs);
    const isJson = /^application\/json/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: isJson ? JSON.parse(raw.toString()) : undefined,
      raw,
    };
  }

  /** Asks, and holds the answer to the statuses that may be. 503 may always be, with its Retry-After. */
  async expect(actor: string, statuses: number[], call: Call): Promise<Answer | null> {
    const answer = await this.call(call).catch((error: Error) => {
      const outcome = GAVE_UP.has(error.name) ? 'gave up' : CUT_OFF.test(error.message) ? 'cut off' : null;
      if (outcome === null) throw error;
      this.book.delay(actor, outcome, `${call.path}: ${error.message}`);
      return null;
    });
    if (answer === null) {
      if (call.key === this.keys.counted && call.method !== 'GET') this.unseen += call.scans ?? 1;
      return null;
    }
    const refused = answer.status === 503 && Number(answer.headers['retry-after']) >= 1;
    if (call.path === '/metrics') this.readStillness(answer.raw.toString());
    this.book.count(actor, refused ? refusal(answer.body?.error.message) : answer.status);
    if (refused) return null;
    if (statuses.includes(answer.status)) return answer;
    if (answer.status === 422 && /it timed out$/.test(answer.body?.error.message)) {
      this.book.late.push(`${actor}: ${String(call.body).slice(0, 200)} timed out`);
      return null;
    }
    this.book.fault(actor, `${call.path} answered ${answer.status}: ${answer.raw.toString().slice(0, 300)}`);
    return null;
  }

  /** The server tells the longest since it was last asked. */
  private readStillness(page: string): void {
    const [, seconds] = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(page) ?? [];
    this.serverStillMs = Math.max(this.serverStillMs, Number(seconds ?? 0) * 1000);
  }

  /** A connection of one's own, to behave badly on. */
  socket(): Promise<Socket> {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.off('error', reject).on('error', () => {});
        resolve(socket);
      });
      socket.once('error', reject);
    });
  }

  /** Head of a raw POST of an image. */
  head(path: string, key: string, bytes: number): string {
    const { host } = new URL(this.url);
    return `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes}\r\n\r\n`;
  }

  close(): Promise<void> {
    this.still.disable();
    return this.agent.destroy();
  }
}

/** Of undici: the client's own patience, not a connection that the server ended. */
const CUT_OFF = /ECONNRESET|EPIPE|other side closed/;
const GAVE_UP = new Set(['HeadersTimeoutError', 'BodyTimeoutError']);

/** A 503 by its reason, without its figures. */
export function refusal(message: unknown): string {
  return `503 ${String(message).replace(/\d+/g, 'n')}`;
}
