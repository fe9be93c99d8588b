/**
 * What a head must keep so that we and a proxy before us agree where a request ends. The engines' parsers refuse the
 * coarse cases themselves; what they let pass is refused here, with the connection closed, since what follows on it can
 * not be trusted.
 */
import { AidetError } from '../domain/errors.js';
import type { RequestHead } from './engine/types.js';

/** Length of the body in bytes; null where it is chunked. Throws `invalid_request`. */
export function framedLength({ headers }: RequestHead): number | null {
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  // A header that came twice is joined by a comma, which neither of these may hold.
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked' || length !== undefined) throw ambiguous('Transfer-Encoding');
    return null;
  }
  if (length === undefined) return 0;
  if (!/^\d{1,15}$/.test(length)) throw ambiguous('Content-Length');
  return Number(length);
}

/** Throws `invalid_request` where Host is not one host with an optional port. */
export function checkHost({ headers }: RequestHead): void {
  const host = headers.get('host');
  if (host === undefined || !/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(host)) {
    throw new AidetError('invalid_request', 'The Host header is missing or not a host name');
  }
}

function ambiguous(header: string): AidetError {
  return new AidetError('invalid_request', `The ${header} header is ambiguous or malformed`);
}
