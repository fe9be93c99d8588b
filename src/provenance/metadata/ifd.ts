import { viewOf } from '../blocks/types.js';

export interface Entry {
  tag: number;
  type: number;
  /** The value's bytes, a view into the file; cut off where the file ends. */
  value: Uint8Array;
}

/** Bytes a value of each type takes. Source: TIFF 6.0, section 2; EXIF 2.32, 4.6.2. */
const TYPE_BYTES: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
};

/** No honest directory is longer. */
const ENTRIES_MAX = 512;

/**
 * Entries of the directory at `offset`, or of the first one. Never throws: where offsets lead outside the bytes
 * there are no more entries. Directories are not followed, so there is nothing to loop in.
 */
export function readEntries(tiff: Uint8Array, offset?: number): Entry[] {
  const littleEndian = isLittleEndian(tiff);
  if (littleEndian === null) return [];
  const view = viewOf(tiff);
  const at = offset ?? view.getUint32(4, littleEndian);
  if (at < 8 || at + 2 > tiff.length) return [];
  const count = Math.min(view.getUint16(at, littleEndian), ENTRIES_MAX);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    const entryAt = at + 2 + 12 * i;
    if (entryAt + 12 > tiff.length) break;
    const type = view.getUint16(entryAt + 2, littleEndian);
    const size = (TYPE_BYTES[type] ?? 0) * view.getUint32(entryAt + 4, littleEndian);
    if (size === 0) continue;
    const valueAt = size <= 4 ? entryAt + 8 : view.getUint32(entryAt + 8, littleEndian);
    const value = tiff.subarray(valueAt, valueAt + size);
    entries.push({ tag: view.getUint16(entryAt, littleEndian), type, value });
  }
  return entries;
}

/** Offset of the second directory (the thumbnail's), or 0. */
export function nextDirectory(tiff: Uint8Array): number {
  const littleEndian = isLittleEndian(tiff);
  if (littleEndian === null) return 0;
  const view = viewOf(tiff);
  const at = view.getUint32(4, littleEndian);
  if (at < 8 || at + 2 > tiff.length) return 0;
  const linkAt = at + 2 + 12 * view.getUint16(at, littleEndian);
  return linkAt + 4 <= tiff.length ? view.getUint32(linkAt, littleEndian) : 0;
}

/** The first number of an entry of short or long type, or null. */
export function numberOf({ type, value }: Entry, littleEndian: boolean): number | null {
  if (type === 3 && value.length >= 2) return viewOf(value).getUint16(0, littleEndian);
  if ((type === 4 || type === 13) && value.length >= 4) return viewOf(value).getUint32(0, littleEndian);
  return null;
}

/** Byte order by the first bytes, or null where this is no TIFF structure. */
export function isLittleEndian(tiff: Uint8Array): boolean | null {
  if (tiff.length < 8) return null;
  if (tiff[0] === 0x49 && tiff[1] === 0x49 && tiff[2] === 0x2a) return true;
  if (tiff[0] === 0x4d && tiff[1] === 0x4d && tiff[3] === 0x2a) return false;
  return null;
}
