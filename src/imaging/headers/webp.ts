import type { ImageHeader } from '../../domain/types.js';
import { ByteReader, HeaderError } from './byte-reader.js';
import { exifOrientation } from './exif.js';

/** Reads the size of VP8, VP8L or VP8X and walks the RIFF chunks for frames and EXIF. Source: RFC 9649. */
export function readWebpHeader(bytes: Uint8Array): ImageHeader {
  const reader = new ByteReader(bytes, true);
  const kind = reader.text(12, 4);
  const size = readSize(reader, kind);
  const rest = kind === 'VP8X' ? walkChunks(reader) : { pages: 1, orientation: 1 };
  return { format: 'webp', ...size, ...rest, colour: 'rgb', bitsPerSample: 8 };
}

function readSize(reader: ByteReader, kind: string): { width: number; height: number } {
  if (kind === 'VP8X') return { width: reader.u24(24) + 1, height: reader.u24(27) + 1 };
  if (kind === 'VP8L') {
    if (reader.u8(20) !== 0x2f) throw new HeaderError('the lossless signature is missing');
    const packed = reader.u32(21);
    return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
  }
  if (kind === 'VP8 ') {
    if (reader.u24(23) !== 0x2a019d) throw new HeaderError('the frame start code is missing');
    return { width: reader.u16(26) & 0x3fff, height: reader.u16(28) & 0x3fff };
  }
  throw new HeaderError('its first chunk is no image');
}

function walkChunks(reader: ByteReader): { pages: number; orientation: number } {
  let frames = 0;
  let orientation = 1;
  for (let at = 12; at + 8 <= reader.length; ) {
    const type = reader.text(at, 4);
    const length = reader.u32(at + 4);
    if (type === 'ANMF') frames += 1;
    if (type === 'EXIF' && at + 8 + length <= reader.length)
      orientation = exifOrientation(reader.slice(at + 8, length));
    at += 8 + length + (length & 1);
  }
  return { pages: Math.max(1, frames), orientation };
}
