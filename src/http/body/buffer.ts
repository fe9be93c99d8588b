import type { BodyReader } from '../exchange.js';

/** First size of the buffer of a body whose length is not stated. */
const FIRST_BYTES = 65_536;

/**
 * The whole body in one buffer of its own: allocated once where the length is stated, so that each byte is copied once
 * out of the engine's memory; doubled as it grows where it is chunked.
 * @param length bytes stated by Content-Length; null where the body is chunked.
 * @param tooLarge makes the error for more than `bytesMax`; called before any memory is taken.
 */
export function collectBody(
  length: number | null,
  bytesMax: number,
  tooLarge: (bytes: number | null) => Error,
): BodyReader<Uint8Array> {
  if (length !== null && length > bytesMax) throw tooLarge(length);
  let buffer = new Uint8Array(length ?? Math.min(FIRST_BYTES, bytesMax));
  let filled = 0;
  return {
    chunk(bytes) {
      const end = filled + bytes.byteLength;
      if (end > bytesMax) throw tooLarge(null);
      if (end > buffer.byteLength) {
        const larger = new Uint8Array(Math.min(bytesMax, Math.max(end, buffer.byteLength * 2)));
        larger.set(buffer.subarray(0, filled));
        buffer = larger;
      }
      buffer.set(bytes, filled);
      filled = end;
    },
    end: () => (filled === buffer.byteLength ? buffer : buffer.subarray(0, filled)),
    abort() {
      buffer = new Uint8Array(0);
    },
  };
}
