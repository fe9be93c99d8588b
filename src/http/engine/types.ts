/**
 * What the door asks of an HTTP server, and no more. Two engines keep it: uws.ts for production, node.ts (`node:http`)
 * where no native binary may be loaded. Both pass test/contract. No object of an engine leaves its file.
 */

/** Lower-case names; a header that came more than once is joined by `, `. */
export type Headers = ReadonlyMap<string, string>;

export interface RequestHead {
  /** Upper case. */
  method: string;
  /** As sent, percent-encoding included, without the query. */
  path: string;
  /** Without `?`; empty where there is none. */
  query: string;
  headers: Headers;
  /** Address of the peer of the connection, in its usual text form. */
  remoteAddress: string;
}

export interface Reply {
  status: number;
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array;
}

/** The way back to one client. Every call after the client went away, or after the reply, does nothing. */
export interface Responder {
  /**
   * Sends the one answer. What still comes of the request's body afterwards is read and dropped, so that a client which
   * writes first and reads later gets the answer. `close` ends the connection instead of keeping it for another request.
   */
  reply(reply: Reply, connection: 'keep' | 'close'): void;
  /** Stops and restarts the flow of the body: back-pressure on the client. */
  pause(): void;
  resume(): void;
}

/** Where a request's body goes. After `end` or `abort` nothing more is called. */
export interface BodySink {
  /** `bytes` are lent: valid during this call alone. */
  chunk(bytes: Uint8Array): void;
  end(): void;
  /** The client went away, at any time before the answer was handed to the system. */
  abort(): void;
}

/** Called once a request, as soon as its head is there. Must not throw. */
export type Handler = (head: RequestHead, responder: Responder) => BodySink;

export interface TlsFiles {
  certPath: string;
  keyPath: string;
}

export interface EngineSettings {
  host: string;
  /** 0 takes a free one. */
  port: number;
  tls?: TlsFiles;
}

export interface Engine {
  /** Resolves with the port; rejects where the address can not be had or is in use. */
  listen(): Promise<number>;
  /** Reads the TLS files again. New connections see the new certificate; where they can not be used it throws and the old ones stay. */
  reloadTls(): void;
  /** Takes no new connections; those that are there live on. */
  stopListening(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export type CreateEngine = (handler: Handler, settings: EngineSettings) => Engine;

/** The largest head that is read, in bytes; beyond: a bare 431. */
export const HEAD_BYTES_MAX = 16_384;

/** As many header lines are read at least; more than a few beyond: a bare 431. */
export const HEADERS_MAX = 96;
