import { BLOCKS_MAX, type Block, latin1, startsWith } from './types.js';

/** Encoders fill their blocks of 255 bytes: so many hold the largest file several times over. */
const SUB_BLOCKS_MAX = 2 ** 20;

/**
 * Walks extensions and skips pictures. C2PA stands in an application extension `C2PA_GIF` with the version bytes
 * 1.0.0, XMP in `XMP DataXMP`. Sources: GIF89a, 26; C2PA 2.1, A.1; XMP specification part 3.
 */
export function* gifBlocks(bytes: Uint8Array): Generator<Block> {
  const budget = { left: SUB_BLOCKS_MAX };
  let at = 13 + colourTable(bytes[10] ?? 0);
  for (let seen = 0; at < bytes.length && seen < BLOCKS_MAX && budget.left > 0; seen++) {
    const kind = bytes[at];
    if (kind === 0x2c) {
      const table = colourTable(bytes[at + 9] ?? 0);
      at = skipSubBlocks(bytes, at + 11 + table, budget);
    } else if (kind === 0x21) {
      const label = bytes[at + 1];
      const begin = at + 2;
      at = skipSubBlocks(bytes, begin, budget);
      const body = bytes.subarray(begin, at);
      if (label === 0xfe) yield { kind: 'comment', where: 'GIF comment', bytes: body.subarray(1) };
      else if (label === 0xff) yield* application(body);
    } else {
      return;
    }
  }
}

function* application(body: Uint8Array): Generator<Block> {
  const data = body.subarray(12);
  if (latin1(body, 1, 8) === 'C2PA_GIF') yield { kind: 'c2pa', where: 'GIF C2PA', bytes: data };
  // XMP is written without sub-blocks, behind the identifier; its trailer of 258 bytes makes it skippable.
  else if (startsWith(body.subarray(1), 'XMP DataXMP')) yield { kind: 'xmp', where: 'GIF XMP', bytes: data };
}

function colourTable(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

function skipSubBlocks(bytes: Uint8Array, from: number, budget: { left: number }): number {
  let at = from;
  while (at < bytes.length && budget.left-- > 0) {
    const size = bytes[at] as number;
    at += 1 + size;
    if (size === 0) break;
  }
  return Math.min(at, bytes.length);
}
