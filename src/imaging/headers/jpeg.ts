import type { ImageHeader } from '../../domain/types.js';
import { ByteReader, HeaderError, UnsupportedKind } from './byte-reader.js';
import { exifOrientation } from './exif.js';

const SOS = 0xda;
const APP1 = 0xe1;
/** Frame types (ITU-T T.81, table B.1) that libjpeg decodes: baseline, extended, progressive; Huffman or arithmetic. */
const DECODABLE_FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc9, 0xca]);
const NOT_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

/** Walks the marker segments to the frame header (SOFn). Source: ITU-T T.81, annex B. */
export function readJpegHeader(bytes: Uint8Array): ImageHeader {
  const reader = new ByteReader(bytes, false);
  let orientation: number | null = null;
  let at = 2;
  for (;;) {
    const marker = reader.u8(at + 1);
    if (reader.u8(at) !== 0xff) throw new HeaderError('a marker is missing');
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    if (marker === SOS || marker === 0xd9) throw new HeaderError('there is no frame header');
    const length = reader.u16(at + 2);
    if (length < 2) throw new HeaderError('a segment has an impossible length');
    if (marker === APP1 && orientation === null) orientation = readOrientation(reader, at, length);
    if (marker === 0xf7) throw new UnsupportedKind('JPEG-LS');
    if (marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.has(marker)) {
      return readFrame(reader, at, marker, orientation ?? 1);
    }
    at += 2 + length;
  }
}

function readOrientation(reader: ByteReader, at: number, length: number): number | null {
  const block = reader.slice(at + 4, Math.min(length - 2, reader.length - at - 4));
  const isExif = block.length > 6 && reader.text(at + 4, 4) === 'Exif';
  return isExif ? exifOrientation(block) : null;
}

function readFrame(reader: ByteReader, at: number, marker: number, orientation: number): ImageHeader {
  const bitsPerSample = reader.u8(at + 4);
  const height = reader.u16(at + 5);
  const width = reader.u16(at + 7);
  const components = reader.u8(at + 9);
  if (!DECODABLE_FRAMES.has(marker)) throw new UnsupportedKind('lossless or hierarchical JPEG');
  if (bitsPerSample !== 8) throw new UnsupportedKind(`${bitsPerSample}-bit JPEG`);
  if (components !== 1 && components !== 3 && components !== 4) {
    throw new HeaderError(`it has ${components} colour components`);
  }
  const colour = components === 1 ? 'grey' : components === 3 ? 'rgb' : 'cmyk';
  return { format: 'jpeg', width, height, pages: 1, orientation, colour, bitsPerSample };
}
