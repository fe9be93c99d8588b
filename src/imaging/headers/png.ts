import type { ImageHeader } from '../../domain/types.js';
import { ByteReader, HeaderError, UnsupportedKind } from './byte-reader.js';
import { exifOrientation } from './exif.js';

/** Allowed bit depths of each colour type. Source: W3C PNG (Third Edition), table 12. */
const DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Reads IHDR, then jumps from chunk to chunk for `acTL` (frames) and `eXIf` (orientation). */
export function readPngHeader(bytes: Uint8Array): ImageHeader {
  const reader = new ByteReader(bytes, false);
  const first = reader.text(12, 4);
  if (first === 'CgBI') throw new UnsupportedKind('PNG in the private form of Apple devices (CgBI)');
  if (first !== 'IHDR' || reader.u32(8) !== 13) throw new HeaderError('it does not begin with IHDR');
  const width = reader.u32(16);
  const height = reader.u32(20);
  const bitsPerSample = reader.u8(24);
  const colourType = reader.u8(25);
  if (!DEPTHS[colourType]?.includes(bitsPerSample)) throw new HeaderError('its colour type is not allowed');
  const colour = colourType === 0 || colourType === 4 ? 'grey' : 'rgb';
  return { format: 'png', width, height, ...walkChunks(reader), colour, bitsPerSample };
}

function walkChunks(reader: ByteReader): { pages: number; orientation: number } {
  let pages = 1;
  let orientation = 1;
  // A file that breaks off inside a chunk still has a header: the decoder says what is missing.
  for (let at = 33; at + 12 <= reader.length; ) {
    const length = reader.u32(at);
    const type = reader.text(at + 4, 4);
    if (type === 'IEND' || at + 12 + length > reader.length) break;
    if (type === 'acTL' && length === 8) pages = Math.max(1, reader.u32(at + 8));
    if (type === 'eXIf') orientation = exifOrientation(reader.slice(at + 8, length));
    at += 12 + length;
  }
  return { pages, orientation };
}
