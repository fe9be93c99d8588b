import { BLOCKS_MAX, type Block, latin1, viewOf, withoutExifPrefix } from './types.js';

/** Walks the RIFF chunks; odd lengths are padded by one byte. Source: WebP container specification; C2PA 2.1, A.1. */
export function* webpBlocks(bytes: Uint8Array): Generator<Block> {
  const view = viewOf(bytes);
  for (let at = 12, seen = 0; at + 8 <= bytes.length && seen < BLOCKS_MAX; seen++) {
    const type = latin1(bytes, at, 4);
    const length = view.getUint32(at + 4, true);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'C2PA') yield { kind: 'c2pa', where: 'WebP C2PA', bytes: body };
    else if (type === 'EXIF') yield { kind: 'exif', where: 'WebP EXIF', bytes: withoutExifPrefix(body) };
    else if (type === 'XMP ') yield { kind: 'xmp', where: 'WebP XMP', bytes: body };
    at += 8 + length + (length & 1);
  }
}
