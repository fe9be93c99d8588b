import type { ImageHeader } from '../../domain/types.js';
import { ByteReader, HeaderError, UnsupportedKind } from './byte-reader.js';

const TAG = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  photometric: 262,
  orientation: 274,
  sampleFormat: 339,
  dngVersion: 50706,
} as const;

const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  cmyk: 5,
  colourFilterArray: 32803,
  linearRaw: 34892,
} as const;
const BYTE = 1;
const SHORT = 3;
const LONG = 4;
const LONG8 = 16;

/** Longest chain of pages that is counted; more are reported as this many. */
const PAGES_MAX = 65_535;

interface Layout {
  entryBytes: number;
  countBytes: number;
  wordBytes: number;
}

const CLASSIC: Layout = { entryBytes: 12, countBytes: 2, wordBytes: 4 };
const BIG: Layout = { entryBytes: 20, countBytes: 8, wordBytes: 8 };

/**
 * Reads the first image file directory and follows the chain to count the pages; a chain that bites its own
 * tail ends where it meets itself. Source: TIFF 6.0, section 2; BigTIFF as in libtiff.
 */
export function readTiffHeader(bytes: Uint8Array): ImageHeader {
  const order = new ByteReader(bytes, false).text(0, 2);
  const reader = new ByteReader(bytes, order === 'II');
  const layout = reader.u16(2) === 43 ? BIG : CLASSIC;
  if (layout === BIG && reader.u16(4) !== 8) throw new HeaderError('its offsets are not of 8 bytes');
  const first = word(reader, layout === BIG ? 8 : 4, layout);
  const tags = readTags(reader, first, layout);
  const photometric = tags.get(TAG.photometric) ?? PHOTOMETRIC.blackIsZero;
  const bitsPerSample = tags.get(TAG.bitsPerSample) ?? 1;
  refuseRaw(tags, photometric, bitsPerSample);
  const orientation = tags.get(TAG.orientation) ?? 1;
  return {
    format: 'tiff',
    width: tags.get(TAG.width) ?? 0,
    height: tags.get(TAG.height) ?? 0,
    pages: countPages(reader, first, layout),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    colour: colourOf(photometric),
    bitsPerSample,
  };
}

function colourOf(photometric: number): ImageHeader['colour'] {
  if (photometric === PHOTOMETRIC.cmyk) return 'cmyk';
  return photometric === PHOTOMETRIC.whiteIsZero || photometric === PHOTOMETRIC.blackIsZero ? 'grey' : 'rgb';
}

/** Camera raw files wear a TIFF coat whose first page is a thumbnail; a verdict about that would mislead. */
function refuseRaw(tags: Map<number, number>, photometric: number, bitsPerSample: number): void {
  const isRaw = photometric === PHOTOMETRIC.colourFilterArray || photometric === PHOTOMETRIC.linearRaw;
  if (isRaw || tags.has(TAG.dngVersion)) throw new UnsupportedKind('camera raw (DNG)');
  if ((tags.get(TAG.sampleFormat) ?? 1) !== 1)
    throw new UnsupportedKind('TIFF with signed or floating-point samples');
  if (bitsPerSample > 16) throw new UnsupportedKind(`TIFF with ${bitsPerSample}-bit samples`);
}

/** The first value of each integer tag of one directory. */
function readTags(reader: ByteReader, ifd: number, layout: Layout): Map<number, number> {
  const tags = new Map<number, number>();
  const entries = layout === BIG ? reader.u64(ifd) : reader.u16(ifd);
  for (let i = 0; i < entries; i++) {
    const entry = ifd + layout.countBytes + i * layout.entryBytes;
    const value = firstValue(reader, entry, layout);
    if (value !== null) tags.set(reader.u16(entry), value);
  }
  return tags;
}

function firstValue(reader: ByteReader, entry: number, layout: Layout): number | null {
  const type = reader.u16(entry + 2);
  const valueBytes = type === BYTE ? 1 : type === SHORT ? 2 : type === LONG ? 4 : type === LONG8 ? 8 : 0;
  if (valueBytes === 0) return null;
  const count = word(reader, entry + 4, layout);
  const field = entry + 4 + layout.wordBytes;
  const at = count * valueBytes <= layout.wordBytes ? field : word(reader, field, layout);
  // A value outside the file is a broken tag, not a broken picture, unless the picture needs it.
  if (at + valueBytes > reader.length) return null;
  if (valueBytes === 8) return reader.u64(at);
  return valueBytes === 1 ? reader.u8(at) : valueBytes === 2 ? reader.u16(at) : reader.u32(at);
}

function countPages(reader: ByteReader, first: number, layout: Layout): number {
  const seen = new Set<number>();
  let ifd = first;
  while (ifd !== 0 && !seen.has(ifd) && seen.size < PAGES_MAX) {
    const next = nextDirectory(reader, ifd, layout);
    if (next === null) break;
    seen.add(ifd);
    ifd = next;
  }
  return Math.max(1, seen.size);
}

/** Null where the directory itself lies outside the file. */
function nextDirectory(reader: ByteReader, ifd: number, layout: Layout): number | null {
  try {
    const entries = layout === BIG ? reader.u64(ifd) : reader.u16(ifd);
    return word(reader, ifd + layout.countBytes + entries * layout.entryBytes, layout);
  } catch {
    return null;
  }
}

function word(reader: ByteReader, at: number, layout: Layout): number {
  return layout === BIG ? reader.u64(at) : reader.u32(at);
}
