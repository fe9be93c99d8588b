import { randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

export type IdPrefix = 'req' | 'art';

/** Random bytes for 256 ids at once: asking the system for each digit would cost more than all else of an id. */
const pool = new Uint8Array(4096);
let used = pool.length;

/** 0 to below 1, of which an id takes the first five bits. */
function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return (pool[used++] as number) / 256;
}

/** A prefix and a ULID: sorts by time, 80 random bits. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${ulid(Date.now(), random)}`;
}

/** A client's own X-Request-Id, where it is one that may stand in a log. */
export function clientRequestId(header: string | undefined): string | undefined {
  return header !== undefined && /^[A-Za-z0-9._-]{1,128}$/.test(header) ? header : undefined;
}
