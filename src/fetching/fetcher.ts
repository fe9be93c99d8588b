import dns from 'node:dns';
import { setMaxListeners } from 'node:events';
import type { LookupFunction } from 'node:net';
import os from 'node:os';
import { Agent, buildConnector, type Dispatcher, ProxyAgent, request } from 'undici';
import { AidetError } from '../domain/errors.js';
import { startTimeLimit } from '../domain/time-limit.js';
import { allowList, isLoopback, sameAddress } from './address-rules.js';
import { readBody, UnknownEncoding } from './body.js';
import { createSlots } from './slots.js';
import {
  AddressRefused,
  type AddressRules,
  checkAddress,
  checkHost,
  hostOf,
  parseImageUrl,
} from './url-rules.js';

export interface FetchTimes {
  /** Look-up, TCP and TLS together. */
  connectMs: number;
  /** From the request to the head of the answer, and between two pieces of the body. */
  firstByteMs: number;
  /** From the first connection to the last byte, redirects included. */
  totalMs: number;
}

/** The contract's times. */
export const FETCH_TIMES: FetchTimes = { connectMs: 2_000, firstByteMs: 5_000, totalMs: 10_000 };

export interface FetcherSettings {
  /** CIDRs, addresses or host suffixes of internal stores. */
  allow: readonly string[];
  ports: readonly string[];
  /** URL of a proxy that takes over the look-up and its check; empty: none. */
  proxy: string;
  /** Downloads at once; the rest wait. */
  concurrency: number;
  concurrencyPerHost: number;
  userAgent: string;
  times: FetchTimes;
}

export interface FetcherDeps {
  /** Resolves names; `dns.lookup` in the product. */
  lookup?: typeof dns.lookup;
  /** Whether an address leads to this machine; by default its interfaces are asked each time, for they change. */
  isOwnAddress?: (address: string) => boolean;
  /** PEM certificates trusted instead of the system's. */
  ca?: string;
}

export interface Fetcher {
  /**
   * Downloads what may be an image, under the address rules of the contract; only content tells whether it is one.
   * @throws AidetError `invalid_request` for a URL that can not be one, `image_too_large` beyond `bytesMax`,
   *   `image_unfetchable` for all else, each with `param` `image_url`; the signal's reason where it is aborted;
   *   what `hold` throws.
   */
  fetchImage(
    url: string,
    options: {
      signal: AbortSignal;
      bytesMax: number;
      /** Told of the bytes held so far; may throw an AidetError to give up. */
      hold?: (bytes: number) => void;
    },
  ): Promise<{ bytes: Uint8Array; finalUrl: string }>;
  /** Downloads under way. */
  inFlight(): number;
  close(): Promise<void>;
}

const REDIRECTS_MAX = 3;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

/** What a client may read; it must not tell a refused address from a missing one. */
class Unfetchable extends Error {}

export function createFetcher(settings: FetcherSettings, deps: FetcherDeps = {}): Fetcher {
  const rules: AddressRules = {
    allow: allowList(settings.allow),
    ports: new Set(settings.ports.map(String)),
    isOwnAddress: deps.isOwnAddress ?? isOwnAddress,
  };
  const { times } = settings;
  const slots = createSlots({ total: settings.concurrency, perKey: settings.concurrencyPerHost });
  const closing = new AbortController();
  // Every download listens to it.
  setMaxListeners(0, closing.signal);
  const dispatcher = settings.proxy === '' ? directDispatcher() : new ProxyAgent({ uri: settings.proxy });

  /** A name is judged in the look-up of each connection; a literal address, which is not looked up, in `checkHost`. */
  function directDispatcher(): Dispatcher {
    const connect = buildConnector({
      timeout: times.connectMs,
      lookup: checkedLookup(deps.lookup ?? dns.lookup, rules),
      ...(deps.ca === undefined ? {} : { ca: deps.ca }),
    });
    return new Agent({ connections: settings.concurrencyPerHost, connect });
  }

  async function fetchImage(text: string, { signal, bytesMax, hold }: Parameters<Fetcher['fetchImage']>[1]) {
    const url = parseImageUrl(text);
    const given = AbortSignal.any([signal, closing.signal]);
    try {
      const release = await slots.take(hostOf(url), given);
      // Waiting for a place of ours is not the other side's fault and starts no clock of theirs.
      const limit = startTimeLimit(times.totalMs, signal, closing.signal);
      try {
        return await follow(url, release, limit.signal, bytesMax, hold);
      } finally {
        limit.clear();
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw explain(error, closing.signal.aborted);
    }
  }

  /** @param release gives back the place that was taken for the first host */
  async function follow(
    first: URL,
    release: () => void,
    signal: AbortSignal,
    bytesMax: number,
    hold: ((bytes: number) => void) | undefined,
  ) {
    let url = first;
    for (let redirects = 0; ; redirects++) {
      try {
        const answer = await get(url, signal);
        if (!REDIRECT_STATUS.has(answer.statusCode)) {
          const bytes = await readAnswer(answer, bytesMax, hold);
          return { bytes, finalUrl: url.href };
        }
        discard(answer);
        if (redirects === REDIRECTS_MAX)
          throw new Unfetchable(`it redirected more than ${REDIRECTS_MAX} times`);
        url = redirectTarget(url, answer);
      } finally {
        release();
      }
      release = await slots.take(hostOf(url), signal);
    }
  }

  function get(url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    checkHost(url, rules);
    return request(url, {
      dispatcher,
      signal,
      headersTimeout: times.firstByteMs,
      bodyTimeout: times.firstByteMs,
      headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': settings.userAgent },
    });
  }

  return {
    fetchImage,
    inFlight: () => slots.taken(),
    close: async () => {
      closing.abort();
      await dispatcher.destroy();
    },
  };
}

/**
 * A look-up that gives only addresses that may be reached; the socket connects to the very addresses that it gives.
 * One forbidden address refuses the name: a public name has no business with inside addresses, and a mixed answer
 * is how rebinding begins.
 */
function checkedLookup(lookup: typeof dns.lookup, rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(
      hostname,
      { family: options.family ?? 0, hints: options.hints ?? 0, all: true },
      (error, found) => {
        try {
          if (error !== null) throw error;
          const host = hostname.replace(/\.$/, '').toLowerCase();
          for (const { address } of found) checkAddress(address, host, rules);
          const first = found[0];
          if (first === undefined) throw new AddressRefused('no address');
          if (options.all === true) callback(null, found);
          else callback(null, first.address, first.family);
        } catch (refusal) {
          callback(refusal as NodeJS.ErrnoException, '', 0);
        }
      },
    );
  };
}

async function readAnswer(
  answer: Dispatcher.ResponseData,
  bytesMax: number,
  hold?: (bytes: number) => void,
): Promise<Uint8Array> {
  if (answer.statusCode !== 200) {
    discard(answer);
    throw new Unfetchable(`it answered ${answer.statusCode}`);
  }
  const length = Number(single(answer.headers['content-length']));
  const encoding = single(answer.headers['content-encoding']).trim().toLowerCase();
  try {
    const stated = { length: Number.isInteger(length) && length > 0 ? length : null, encoding };
    const bytes = await readBody(answer.body, stated, bytesMax, hold);
    if (bytes.length === 0) throw new Unfetchable('it gave no data');
    return bytes;
  } finally {
    discard(answer);
  }
}

function single(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join() : (value ?? '');
}

/** What is left of a body is not wanted; its connection is closed, and complaints about that are not ours. */
function discard(answer: Dispatcher.ResponseData): void {
  answer.body.on('error', () => {}).destroy();
}

function redirectTarget(from: URL, answer: Dispatcher.ResponseData): URL {
  const location = single(answer.headers.location);
  const target = location !== '' && URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  if (target === null) throw new Unfetchable('it redirected to nowhere');
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw new Unfetchable('it redirected from https to http');
  }
  try {
    return parseImageUrl(target.href);
  } catch {
    throw new Unfetchable('it redirected to a URL that is not allowed');
  }
}

function isOwnAddress(address: string): boolean {
  if (isLoopback(address)) return true;
  const own = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  return own.some((entry) => sameAddress(entry.address, address));
}

function explain(error: unknown, isClosing: boolean): AidetError {
  if (error instanceof AidetError) return error;
  if (isClosing)
    return new AidetError('service_unavailable', 'The server is shutting down', { retryAfterS: 1 });
  const message = `image_url can not be fetched: ${reasonOf(error)}`;
  return new AidetError('image_unfetchable', message, { param: 'image_url', cause: error });
}

function reasonOf(error: unknown): string {
  if (error instanceof Unfetchable) return error.message;
  if (error instanceof UnknownEncoding) return 'its content encoding is not supported';
  if (error instanceof AddressRefused && error.message === 'port') return 'its port is not allowed';
  const { name = '', code = '' } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || code.endsWith('_TIMEOUT')) return 'it timed out';
  const isUnresolved =
    error instanceof AddressRefused || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA';
  if (isUnresolved) return 'its host has no address that may be reached';
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__'))
    return 'its content encoding is corrupt';
  return 'the connection failed';
}
