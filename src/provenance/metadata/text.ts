import { constants, inflateSync } from 'node:zlib';
import { latin1, startsWith } from '../blocks/types.js';

/** What is read of one value: every pattern stands near the beginning of what its tool writes. */
export const TEXT_BYTES_MAX = 64 * 1024;

/** Deflated input that is looked at, of one value and of a file: a byte can become at most 1032. */
const DEFLATED_BYTES_MAX = 8 * 1024;
const DEFLATED_BYTES_TOTAL = 64 * 1024;
const INFLATED_BYTES_MAX = DEFLATED_BYTES_MAX * 1032 + 1024;

/** Inflates the beginnings of values until a file's share is used up, so that a bomb stays small. */
export class Inflater {
  #left = DEFLATED_BYTES_TOTAL;

  /** The first bytes of the value, or none where it is damaged or the share is used up. */
  inflate(deflated: Uint8Array): Uint8Array {
    const part = deflated.subarray(0, Math.min(DEFLATED_BYTES_MAX, this.#left));
    this.#left -= part.length;
    try {
      // A value that is cut off gives what came before the cut.
      const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: INFLATED_BYTES_MAX };
      return inflateSync(part, options).subarray(0, TEXT_BYTES_MAX);
    } catch {
      return new Uint8Array();
    }
  }
}

export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, TEXT_BYTES_MAX));
}

/** EXIF text: ASCII by the standard, UTF-8 in practice, ended or padded by zeros and spaces. */
export function exifText(bytes: Uint8Array): string {
  return utf8(bytes)
    .replace(/\0[\s\S]*$/, '')
    .trim();
}

/** The character code of eight bytes, then the text. Source: EXIF 2.32, 4.6.5, UserComment. */
export function userComment(bytes: Uint8Array): string {
  const body = bytes.subarray(8, 8 + TEXT_BYTES_MAX);
  if (startsWith(bytes, 'UNICODE\0')) return utf16(body).trim();
  if (startsWith(bytes, 'ASCII\0\0\0') || startsWith(bytes, 'JIS\0\0\0\0\0')) return exifText(body);
  if (latin1(bytes, 0, 8) === '\0'.repeat(8)) return exifText(body);
  return exifText(bytes);
}

/** Writers disagree on the byte order: where high bytes are zero tells it for any text with Latin letters. */
function utf16(bytes: Uint8Array): string {
  let even = 0;
  let odd = 0;
  const probed = Math.min(bytes.length - 1, 512);
  for (let i = 0; i < probed; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  return new TextDecoder(even > odd ? 'utf-16be' : 'utf-16le').decode(bytes.subarray(0, bytes.length & ~1));
}
