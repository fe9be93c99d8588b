import type { ImageHeader } from '../../domain/types.js';
import { ByteReader, HeaderError, UnsupportedKind } from './byte-reader.js';

/** Item types that libheif decodes with an HEVC decoder: one picture, or a grid of them. */
const HEVC_ITEMS = new Set(['hvc1', 'hev1', 'grid', 'iden', 'iovl']);

interface Box {
  type: string;
  /** First byte of the content. */
  at: number;
  /** One past the last byte. */
  end: number;
}

/**
 * Finds the primary item's size (`ispe`), rotation (`irot`) and mirror (`imir`).
 * Sources: ISO/IEC 14496-12 (boxes, `meta`, `pitm`, `iinf`), ISO/IEC 23008-12, 6.5 (properties), 9.3 (`ipma`).
 */
export function readHeicHeader(bytes: Uint8Array): ImageHeader {
  const reader = new ByteReader(bytes, false);
  const meta = find(reader, 0, bytes.length, 'meta');
  const body = meta.at + 4;
  const primary = readPrimaryId(reader, find(reader, body, meta.end, 'pitm'));
  const itemType = readItemType(reader, find(reader, body, meta.end, 'iinf'), primary);
  if (!HEVC_ITEMS.has(itemType)) throw new UnsupportedKind(`HEIF with ${itemType.trim()} pictures`);
  const iprp = find(reader, body, meta.end, 'iprp');
  const ipco = find(reader, iprp.at, iprp.end, 'ipco');
  const properties = [...boxes(reader, ipco.at, ipco.end)];
  const indexes = readAssociations(reader, find(reader, iprp.at, iprp.end, 'ipma'), primary);
  const own = indexes.map((index) => properties[index - 1]).filter((box) => box !== undefined);
  const ispe = own.find((box) => box.type === 'ispe');
  if (ispe === undefined) throw new HeaderError('the primary picture has no size');
  return {
    format: 'heic',
    width: reader.u32(ispe.at + 4),
    height: reader.u32(ispe.at + 8),
    pages: 1,
    orientation: readOrientation(reader, own),
    colour: 'rgb',
    bitsPerSample: readDepth(reader, own),
  };
}

function* boxes(reader: ByteReader, start: number, end: number): Generator<Box> {
  for (let at = start; at + 8 <= end; ) {
    const size32 = reader.u32(at);
    const isLarge = size32 === 1;
    const size = isLarge ? reader.u64(at + 8) : size32 === 0 ? end - at : size32;
    const head = isLarge ? 16 : 8;
    if (size < head || at + size > end) throw new HeaderError('a box is longer than its parent');
    yield { type: reader.text(at + 4, 4), at: at + head, end: at + size };
    at += size;
  }
}

/** Stops at the first hit, so that a file that breaks off in its pixel data still has a header. */
function find(reader: ByteReader, start: number, end: number, type: string): Box {
  for (const box of boxes(reader, start, end)) if (box.type === type) return box;
  throw new HeaderError(`the ${type} box is missing`);
}

function readPrimaryId(reader: ByteReader, pitm: Box): number {
  return reader.u8(pitm.at) === 0 ? reader.u16(pitm.at + 4) : reader.u32(pitm.at + 4);
}

function readItemType(reader: ByteReader, iinf: Box, id: number): string {
  const first = iinf.at + (reader.u8(iinf.at) === 0 ? 6 : 8);
  for (const infe of boxes(reader, first, iinf.end)) {
    const version = reader.u8(infe.at);
    if (infe.type !== 'infe' || version < 2) continue;
    const itemId = version === 2 ? reader.u16(infe.at + 4) : reader.u32(infe.at + 4);
    if (itemId === id) return reader.text(infe.at + (version === 2 ? 8 : 10), 4);
  }
  throw new HeaderError('the primary picture is not listed');
}

/** One-based places in `ipco` of the properties of the item, in order. */
function readAssociations(reader: ByteReader, ipma: Box, id: number): number[] {
  const version = reader.u8(ipma.at);
  const wide = (reader.u8(ipma.at + 3) & 1) === 1;
  const items = reader.u32(ipma.at + 4);
  let at = ipma.at + 8;
  for (let i = 0; i < items && at < ipma.end; i++) {
    const itemId = version === 0 ? reader.u16(at) : reader.u32(at);
    at += version === 0 ? 2 : 4;
    const count = reader.u8(at);
    at += 1;
    const places: number[] = [];
    for (let j = 0; j < count; j++) {
      places.push(wide ? reader.u16(at) & 0x7fff : reader.u8(at) & 0x7f);
      at += wide ? 2 : 1;
    }
    if (itemId === id) return places;
  }
  throw new HeaderError('the primary picture has no properties');
}

function readDepth(reader: ByteReader, own: Box[]): number {
  const pixi = own.find((box) => box.type === 'pixi');
  return pixi === undefined ? 8 : reader.u8(pixi.at + 5);
}

/**
 * The EXIF orientation equal to the item's `irot` and `imir` in the order in which they stand. EXIF inside a
 * HEIC is not looked at: the standard says that the properties decide.
 */
function readOrientation(reader: ByteReader, own: Box[]): number {
  // 2x2 matrices in image coordinates (y down), row-major; transformations multiply from the left.
  let matrix: Matrix = [1, 0, 0, 1];
  for (const box of own) {
    if (box.type === 'irot') {
      for (let turns = reader.u8(box.at) & 3; turns > 0; turns--) matrix = multiply([0, 1, -1, 0], matrix);
    } else if (box.type === 'imir') {
      matrix = multiply(reader.u8(box.at) & 1 ? [-1, 0, 0, 1] : [1, 0, 0, -1], matrix);
    }
  }
  return ORIENTATION_OF_MATRIX[matrix.join()] ?? 1;
}

type Matrix = [number, number, number, number];

function multiply(a: Matrix, b: Matrix): Matrix {
  return [
    a[0] * b[0] + a[1] * b[2],
    a[0] * b[1] + a[1] * b[3],
    a[2] * b[0] + a[3] * b[2],
    a[2] * b[1] + a[3] * b[3],
    // -0 and 0 are one number but two strings.
  ].map((value) => value + 0) as Matrix;
}

const ORIENTATION_OF_MATRIX: Record<string, number> = {
  '1,0,0,1': 1,
  '-1,0,0,1': 2,
  '-1,0,0,-1': 3,
  '1,0,0,-1': 4,
  '0,1,1,0': 5,
  '0,-1,1,0': 6,
  '0,-1,-1,0': 7,
  '0,1,-1,0': 8,
};
