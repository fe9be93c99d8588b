import type { Principal } from '../accounts/types.js';
import { AidetError } from '../domain/errors.js';
import type { RequestHead } from './engine/types.js';

/** One request from its head to its answer: what a route may know of it. */
export interface Exchange {
  readonly head: RequestHead;
  readonly requestId: string;
  /** Stated length of the body in bytes; null where it is chunked. */
  readonly length: number | null;
  /** Values of the `{names}` in the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Who asks; throws on a route that is open to all. */
  readonly principal: Principal;
  readonly clientIp: string;
  /** Aborted where the client went away. */
  readonly signal: AbortSignal;
  /** Back-pressure on the request's body. */
  readonly flow: { pause(): void; resume(): void };
  /** Whole milliseconds since the last byte of the request. */
  latencyMs(): number;
  /** Whole milliseconds until the deadline, at least 1; the deadline runs from the last byte of the request. */
  remainingMs(): number;
  /** Runs when the answer was given or the client went away, whatever happened. */
  onFinished(release: () => void): void;
  /** Tells the request's trace, if there is one, of something that is over; milliseconds of `performance.now()`. */
  stage(name: string, fromMs: number, toMs: number, attributes?: Record<string, number>): void;
  /** Adds a field to the request's line in the log. */
  note(fields: Record<string, string | number | boolean>): void;
}

/** Takes a body as it arrives. Any of these may throw AidetError; the rest of the body is then dropped. */
export interface BodyReader<B> {
  /** `bytes` are lent: valid during this call alone. */
  chunk(bytes: Uint8Array): void;
  end(): B | Promise<B>;
  /** Nothing more comes: the client went away, or the request was refused midway. */
  abort?(): void;
}

export type Answer =
  | { status?: number; headers?: [string, string][]; value: object }
  | { status?: number; headers?: [string, string][]; bytes: Uint8Array; contentType: string };

export interface Route<B = unknown> {
  /** As in api/openapi.yaml. */
  operationId: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** OpenAPI's template: `/v1/keys/{id}`. */
  path: string;
  /** Name for scopes and usage counts; null: open to all, without a key. */
  endpoint: string | null;
  read(exchange: Exchange): BodyReader<B>;
  /** The same for bodies that ask for the same, whatever their form; for `Idempotency-Key`. Missing: the body as JSON. */
  fingerprint?(body: B): string | Promise<string>;
  handle(exchange: Exchange, body: B): Answer | Promise<Answer>;
}

/** Keeps the type of the body between `read` and `handle`, and forgets it outside. */
export function route<B>(definition: Route<B>): Route {
  return definition as Route;
}

/** For routes without a body: one of more than a few bytes is refused. */
export function noBody(): BodyReader<void> {
  let bytes = 0;
  return {
    chunk(chunk) {
      bytes += chunk.byteLength;
      if (bytes > 1024) throw new AidetError('invalid_request', 'This request takes no body');
    },
    end() {},
  };
}
