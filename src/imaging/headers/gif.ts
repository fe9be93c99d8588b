import type { ImageHeader } from '../../domain/types.js';
import { ByteReader } from './byte-reader.js';

const EXTENSION = 0x21;
const IMAGE = 0x2c;

/** Reads the logical screen and counts the image blocks up to the trailer. Source: GIF89a, W3C copy, 17 to 27. */
export function readGifHeader(bytes: Uint8Array): ImageHeader {
  const reader = new ByteReader(bytes, true);
  const width = reader.u16(6);
  const height = reader.u16(8);
  const at = 13 + colourTableBytes(reader.u8(10));
  return {
    format: 'gif',
    width,
    height,
    pages: countFrames(bytes, at),
    orientation: 1,
    colour: 'rgb',
    bitsPerSample: 8,
  };
}

function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

/** Linear in the file's length; a file that breaks off has the frames that have begun. */
function countFrames(bytes: Uint8Array, start: number): number {
  let frames = 0;
  let at = start;
  while (at < bytes.length) {
    const block = bytes[at];
    if (block === IMAGE) {
      frames += 1;
      at = skipSubBlocks(bytes, at + 11 + colourTableBytes(bytes[at + 9] ?? 0));
    } else if (block === EXTENSION) {
      at = skipSubBlocks(bytes, at + 2);
    } else {
      break;
    }
  }
  return Math.max(1, frames);
}

function skipSubBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let length = bytes[at]; length; length = bytes[at]) at += 1 + length;
  return at + 1;
}
