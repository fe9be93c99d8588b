import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { bytesOverLimit } from '../domain/limits.js';

/** An encoding that was not asked for and that nobody here reads. */
export class UnknownEncoding extends Error {}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Reads a body to its end, or to the limit, which counts decompressed bytes.
 * @param hold told of the bytes held so far; may throw to end the reading.
 * @throws AidetError `image_too_large`, by the stated length before anything is read.
 */
export async function readBody(
  body: Readable,
  headers: { length: number | null; encoding: string },
  bytesMax: number,
  hold: (bytes: number) => void = () => {},
): Promise<Uint8Array> {
  const isPlain = headers.encoding === '' || headers.encoding === 'identity';
  if (isPlain && headers.length !== null && headers.length > bytesMax) {
    throw bytesOverLimit(headers.length, bytesMax, 'image_url');
  }
  const decoder = isPlain ? null : DECODERS[headers.encoding];
  if (decoder === undefined) throw new UnknownEncoding();
  const source = decoder === null ? body : piped(body, decoder());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, so that nothing more is read or unpacked.
    if (size > bytesMax) throw bytesOverLimit(null, bytesMax, 'image_url');
    hold(size);
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

function piped(body: Readable, decoder: Transform): Readable {
  body.once('error', (error) => decoder.destroy(error));
  decoder.once('close', () => body.destroy());
  body.pipe(decoder);
  return decoder;
}

function joined(chunks: Uint8Array[], size: number): Uint8Array {
  // A buffer of its own, not a slice of a pool: it will be transferred to a worker.
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
