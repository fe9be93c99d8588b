/** A resolver and servers that misbehave on request; everything stays on loopback. */

import type dns from 'node:dns';
import type { LookupAddress } from 'node:dns';
import http, { type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import type { Test } from 'tap';
import {
  createFetcher,
  type Fetcher,
  type FetcherDeps,
  type FetcherSettings,
} from '../../src/fetching/fetcher.js';

/** Answers of one name, one list a question; the last is repeated. */
export type Zone = Record<string, string[][]>;

export interface Resolver {
  lookup: typeof dns.lookup;
  /** Names in the order in which they were asked for. */
  asked: string[];
}

export function resolverOf(zone: Zone): Resolver {
  const asked: string[] = [];
  const questions = new Map<string, number>();
  const lookup = (
    name: string,
    _options: unknown,
    callback: (e: Error | null, found: LookupAddress[]) => void,
  ): void => {
    asked.push(name);
    const turn = questions.get(name) ?? 0;
    questions.set(name, turn + 1);
    const answers = zone[name];
    const found = answers?.[Math.min(turn, answers.length - 1)];
    setImmediate(() => {
      if (found === undefined) callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
      else
        callback(
          null,
          found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
    });
  };
  return { lookup: lookup as typeof dns.lookup, asked };
}

export interface Site {
  port: string;
  /** Requests seen, as `METHOD path`. */
  seen: string[];
  /** Connections accepted. */
  connections(): number;
}

export async function serve(
  t: Test,
  listener: RequestListener,
  tls?: { key: string; cert: string },
): Promise<Site> {
  const seen: string[] = [];
  const note: RequestListener = (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    return listener(request, response);
  };
  const server: Server = tls === undefined ? http.createServer(note) : https.createServer(tls, note);
  return { ...(await listening(t, server)), seen };
}

/** A server that speaks bytes, for answers that no HTTP library gives. */
export function serveRaw(t: Test, onSocket: (socket: net.Socket) => void): Promise<Omit<Site, 'seen'>> {
  return listening(t, net.createServer(onSocket));
}

async function listening(t: Test, server: net.Server): Promise<Omit<Site, 'seen'>> {
  let connections = 0;
  const open = new Set<net.Socket>();
  server.on('connection', (socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: String((server.address() as AddressInfo).port), connections: () => connections };
}

/** Short enough for a test, long enough for a busy machine. */
const TIMES = { connectMs: 2_000, firstByteMs: 5_000, totalMs: 10_000 };

export function fetcherOf(t: Test, settings: Partial<FetcherSettings>, deps: FetcherDeps = {}): Fetcher {
  const fetcher = createFetcher(
    {
      allow: ['127.0.0.0/8'],
      ports: [],
      proxy: '',
      concurrency: 64,
      concurrencyPerHost: 8,
      userAgent: 'aidet-test',
      times: TIMES,
      ...settings,
    },
    // Loopback belongs to this machine, which no setting opens; a test must say that it does not.
    { isOwnAddress: () => false, ...deps },
  );
  t.teardown(() => fetcher.close());
  return fetcher;
}

export const OPTIONS = { signal: new AbortController().signal, bytesMax: 100_000 };
