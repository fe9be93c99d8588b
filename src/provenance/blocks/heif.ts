import { type Block, latin1, viewOf, withoutExifPrefix } from './types.js';

/** Extended type of the box that holds a manifest store. Source: C2PA 2.1, A.1 (BMFF). */
const C2PA_UUID = 'd8fec3d61b0e483c92975828877ec481';
/** Boxes and items that are looked at; no honest picture has more. */
const BOXES_MAX = 4096;

interface Box {
  type: string;
  at: number;
  end: number;
}

/**
 * HEIC and AVIF: C2PA in a top-level `uuid` box; EXIF and XMP are items of the `meta` box, whose places in the
 * file `iloc` gives. Sources: ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, annex A.
 */
export function* heifBlocks(bytes: Uint8Array): Generator<Block> {
  for (const box of boxes(bytes, 0, bytes.length)) {
    if (box.type === 'uuid' && hex(bytes.subarray(box.at, box.at + 16)) === C2PA_UUID) {
      yield { kind: 'c2pa', where: 'HEIF C2PA', bytes: bytes.subarray(box.at + 16, box.end) };
    } else if (box.type === 'meta') {
      yield* items(bytes, box);
    }
  }
}

function* items(bytes: Uint8Array, meta: Box): Generator<Block> {
  const inner = [...boxes(bytes, meta.at + 4, meta.end)];
  const iinf = inner.find((box) => box.type === 'iinf');
  const iloc = inner.find((box) => box.type === 'iloc');
  if (iinf === undefined || iloc === undefined) return;
  const kinds = readKinds(bytes, iinf);
  for (const [id, { at, length }] of readPlaces(bytes, iloc)) {
    const item = bytes.subarray(at, at + length);
    const kind = kinds.get(id);
    // An EXIF item begins with the offset of the TIFF structure behind that field.
    if (kind === 'exif' && item.length > 4) {
      const tiff = item.subarray(4 + viewOf(item).getUint32(0));
      yield { kind, where: 'HEIF EXIF', bytes: withoutExifPrefix(tiff) };
    } else if (kind === 'xmp') {
      yield { kind, where: 'HEIF XMP', bytes: item };
    }
  }
}

function readKinds(bytes: Uint8Array, iinf: Box): Map<number, 'exif' | 'xmp'> {
  const view = viewOf(bytes);
  const kinds = new Map<number, 'exif' | 'xmp'>();
  for (const infe of boxes(bytes, iinf.at + (bytes[iinf.at] === 0 ? 6 : 8), iinf.end)) {
    const version = bytes[infe.at] as number;
    const wide = version > 2;
    const typeAt = infe.at + (wide ? 10 : 8);
    if (infe.type !== 'infe' || version < 2 || typeAt + 4 > infe.end) continue;
    const id = wide ? view.getUint32(infe.at + 4) : view.getUint16(infe.at + 4);
    const type = latin1(bytes, typeAt, 4);
    if (type === 'Exif') kinds.set(id, 'exif');
    else if (type === 'mime' && latin1(bytes, typeAt + 4, infe.end - typeAt - 4).includes('rdf+xml'))
      kinds.set(id, 'xmp');
  }
  return kinds;
}

/** First extent of each item that lies in the file itself (construction method 0). */
function readPlaces(bytes: Uint8Array, iloc: Box): Map<number, { at: number; length: number }> {
  const places = new Map<number, { at: number; length: number }>();
  if (iloc.at + 6 > iloc.end) return places;
  const version = bytes[iloc.at] as number;
  const sizes = viewOf(bytes).getUint16(iloc.at + 4);
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [12, 8, 4, 0].map((s) => (sizes >> s) & 15) as [
    number,
    number,
    number,
    number,
  ];
  let at = iloc.at + 6;
  const read = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + (at + i < iloc.end ? (bytes[at + i] as number) : 0);
    at += count;
    return value;
  };
  const count = Math.min(read(version < 2 ? 2 : 4), BOXES_MAX);
  for (let i = 0; i < count && at < iloc.end; i++) {
    const id = read(version < 2 ? 2 : 4);
    const method = version > 0 ? read(2) & 15 : 0;
    read(2);
    const base = read(baseBytes);
    const extents = read(2);
    if (extents === 0) continue;
    if (version > 0) read(indexBytes);
    const offset = read(offsetBytes);
    const length = read(lengthBytes);
    if (method === 0) places.set(id, { at: base + offset, length });
    at += (extents - 1) * ((version > 0 ? indexBytes : 0) + offsetBytes + lengthBytes);
  }
  return places;
}

function* boxes(bytes: Uint8Array, from: number, end: number): Generator<Box> {
  const view = viewOf(bytes);
  for (let at = from, seen = 0; at + 8 <= end && seen < BOXES_MAX; seen++) {
    const size32 = view.getUint32(at);
    if (size32 === 1 && at + 16 > end) return;
    const size = size32 === 1 ? Number(view.getBigUint64(at + 8)) : size32 === 0 ? end - at : size32;
    const head = size32 === 1 ? 16 : 8;
    if (size < head) return;
    yield { type: latin1(bytes, at + 4, 4), at: at + head, end: Math.min(at + size, end) };
    at += size;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
