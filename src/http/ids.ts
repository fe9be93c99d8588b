import { ulid } from 'ulid';

export type IdPrefix = 'req' | 'art';

/** A prefix and a ULID: sorts by time, 80 random bits. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${ulid()}`;
}

/** A client's own X-Request-Id, where it is one that may stand in a log. */
export function clientRequestId(header: string | undefined): string | undefined {
  return header !== undefined && /^[A-Za-z0-9._-]{1,128}$/.test(header) ? header : undefined;
}
