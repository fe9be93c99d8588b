/**
 * `Idempotency-Key`: the first answer to a POST is kept and given again. What the door does with a POST that has the header, once
 * its body was read and before the handler runs:
 *
 *     const begun = await answers.begin({ projectId, livemode, key, fingerprint }, { remainingMs, signal });
 *     if (begun.kind === 'replay') reply with begun.answer and `Idempotent-Replayed: true`, charging nothing;
 *     else run the handler, then begun.end({ status, headers, body }) before the reply leaves, whatever the answer is,
 *          or begun.abandon() where there is none (the client went away).
 *
 * `headers` are those that belong to the answer (Content-Type, X-Request-Id, …), not those of the moment (rate, date).
 * `fingerprint` is the same for requests that are the same: method, path, parsed options, SHA-256 of each image or its URL.
 *
 * A first request that still runs holds a lock in this process's memory, so it ends with the process; what was kept is on disk.
 */
import { createHash } from 'node:crypto';
import { AidetError } from '../domain/errors.js';
import { openAnswerFile } from './answer-file.js';
import type { KeyRing } from './key-ring.js';

export interface KeptAnswer {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

export interface IdempotentRequest {
  projectId: string;
  livemode: boolean;
  /** The header's value. */
  key: string;
  fingerprint: string;
  /** What the project lets be kept, in seconds; null: as long as the settings say. */
  retentionS: number | null;
}

export type Begun =
  | { kind: 'replay'; answer: KeptAnswer }
  | {
      kind: 'first';
      /** Keeps 2xx and 400; after anything else the next request with the key is a first one again. */
      end(answer: KeptAnswer): void;
      abandon(): void;
    };

export interface IdempotentAnswers {
  /**
   * Waits while another request with the same key runs. Rejects with `invalid_request` for a malformed key and one that was
   * used for another request, with `service_unavailable` where the other one still runs after `remainingMs`, with the
   * signal's reason where the client went away.
   */
  begin(request: IdempotentRequest, wait: { remainingMs: number; signal: AbortSignal }): Promise<Begun>;
  close(): void;
}

export interface IdempotencyDeps {
  ring: KeyRing;
  nowMs: () => number;
  /** Told of what could not be stored or read; the requests themselves go on. */
  report: (error: Error) => void;
}

export interface IdempotencySettings {
  dataDir: string;
  /** Life of an answer, unless the project's is shorter; 0: the header is ignored, nothing is kept. */
  ttlS: number;
  /** Bytes of all answers; beyond, the oldest go before their time. One over an eighth of it is not kept. */
  bytesMax: number;
}

interface Running {
  fingerprint: string;
  /** Resolves when it has ended, however. */
  over: Promise<void>;
}

const KEY = /^[\x21-\x7e]{1,255}$/;
/** More than one, so that the file shrinks to its limit while it is written to. */
const PRUNED_WITH_EACH = 4;
const PRUNE_EVERY_MS = 10_000;
const PRUNED_AT_ONCE = 500;

export function openIdempotentAnswers(
  { ring, nowMs, report }: IdempotencyDeps,
  { dataDir, ttlS, bytesMax }: IdempotencySettings,
): IdempotentAnswers {
  const unkept: Begun = { kind: 'first', end() {}, abandon() {} };
  if (ttlS === 0) return { begin: async () => unkept, close() {} };
  const file = openAnswerFile(dataDir, bytesMax, report);
  const running = new Map<string, Running>();
  const timer = setInterval(() => attempt(() => file.prune(nowMs(), PRUNED_AT_ONCE)), PRUNE_EVERY_MS).unref();

  function attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      report(new Error('An idempotent answer could not be stored or read', { cause: error }));
      return undefined;
    }
  }

  /** Seconds that an answer to this request lives; what was kept while the project allowed more ends by it too. */
  const lifeOf = ({ retentionS }: IdempotentRequest): number => Math.min(ttlS, retentionS ?? ttlS);

  function kept(id: Buffer, request: IdempotentRequest): KeptAnswer | undefined {
    const { fingerprint } = request;
    const row = attempt(() => file.get(id));
    const now = nowMs();
    if (row === undefined || row.expires_ms <= now || row.made_ms + lifeOf(request) * 1000 <= now)
      return undefined;
    if (row.fingerprint !== fingerprint) throw usedForAnother();
    return attempt(() => decode(ring.open(row.answer, contextOf(id))));
  }

  function keep(id: Buffer, request: IdempotentRequest, answer: KeptAnswer): void {
    attempt(() => {
      const sealed = ring.seal(encode(answer), contextOf(id));
      if (sealed.length > bytesMax / 8) return;
      const now = nowMs();
      file.put({
        id,
        project_id: request.projectId,
        fingerprint: request.fingerprint,
        answer: sealed,
        made_ms: now,
        expires_ms: now + lifeOf(request) * 1000,
      });
      file.prune(now, PRUNED_WITH_EACH);
    });
  }

  function start(id: Buffer, request: IdempotentRequest): Begun {
    const name = id.toString('latin1');
    let release = (): void => {};
    const over = new Promise<void>((resolve) => {
      release = resolve;
    });
    running.set(name, { fingerprint: request.fingerprint, over });
    let ended = false;
    const finish = (answer?: KeptAnswer): void => {
      if (ended) return;
      ended = true;
      if (answer !== undefined && isKept(answer.status)) keep(id, request, answer);
      running.delete(name);
      release();
    };
    return { kind: 'first', end: finish, abandon: () => finish() };
  }

  return {
    async begin(request, { remainingMs, signal }) {
      if (!KEY.test(request.key))
        throw new AidetError('invalid_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters');
      if (lifeOf(request) === 0) return unkept;
      const id = idOf(request);
      const end = performance.now() + remainingMs;
      for (;;) {
        const other = running.get(id.toString('latin1'));
        if (other === undefined) {
          const answer = kept(id, request);
          return answer === undefined ? start(id, request) : { kind: 'replay', answer };
        }
        if (other.fingerprint !== request.fingerprint) throw usedForAnother();
        await waitFor(other.over, end - performance.now(), signal);
      }
    },

    close() {
      clearInterval(timer);
      file.close();
    },
  };
}

function isKept(status: number): boolean {
  return (status >= 200 && status < 300) || status === 400;
}

function usedForAnother(): AidetError {
  return new AidetError('invalid_request', 'This Idempotency-Key was used for another request');
}

/** Rejects where it takes longer, or the client goes away. */
async function waitFor(over: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let aborted = (): void => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const tooLong = new AidetError(
        'service_unavailable',
        'The first request with this Idempotency-Key still runs',
        {
          retryAfterS: 1,
        },
      );
      timer = setTimeout(() => reject(tooLong), Math.max(0, ms));
      aborted = () => reject(signal.reason);
      signal.addEventListener('abort', aborted, { once: true });
      void over.then(resolve);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
  }
}

function idOf({ projectId, livemode, key }: IdempotentRequest): Buffer {
  return createHash('sha256').update(`${projectId} ${livemode} ${key}`).digest();
}

function contextOf(id: Buffer): string {
  return `answer ${id.toString('hex')}`;
}

/** Length of the head (4 bytes, big-endian), status and headers as JSON, body. */
function encode({ status, headers, body }: KeptAnswer): Buffer {
  const head = Buffer.from(JSON.stringify({ status, headers }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

function decode(bytes: Buffer): KeptAnswer {
  const end = 4 + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString('utf8', 4, end)) as Pick<KeptAnswer, 'status' | 'headers'>;
  return { ...head, body: bytes.subarray(end) };
}
