import { constants, crc32, deflateSync } from 'node:zlib';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const COLOUR_TYPE_PALETTE = 3;
const FILTER_UP = 2;

/** An 8-bit picture whose samples are places in a palette; the rows lie as PNG wants them, a filter byte before each. */
export class IndexedPicture {
  /** `(width + 1) * height` bytes; the first of each row is its PNG filter, "none" unless it was repeated. */
  readonly rows: Uint8Array;
  readonly stride: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.stride = width + 1;
    this.rows = new Uint8Array(this.stride * height);
  }

  /** Where in `rows` the pixel lies. */
  at(x: number, y: number): number {
    return y * this.stride + 1 + x;
  }

  /** Row `y` is the one above it; nothing may be drawn there afterwards. */
  repeatRow(y: number): void {
    // "Up" holds the difference, and the row was 0 from the start.
    this.rows[y * this.stride] = FILTER_UP;
  }

  fill(x: number, y: number, width: number, height: number, index: number): void {
    for (let row = y; row < Math.min(y + height, this.height); row++) {
      this.rows.fill(index, this.at(x, row), this.at(Math.min(x + width, this.width), row));
    }
  }
}

/**
 * Writes a palette PNG without filters, which only help continuous tones, at the fastest level of deflate.
 * @param palette RGB triples, at most 256. Source: W3C PNG (Third Edition).
 * @param grain `fine` where hardly anything repeats but single values, as in a map of pixels: only runs are looked
 *   for, which takes a quarter less time and space there
 */
export function encodePalettePng(
  picture: IndexedPicture,
  palette: Uint8Array,
  grain: 'any' | 'fine' = 'any',
): Uint8Array {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, picture.width);
  view.setUint32(4, picture.height);
  head.set([8, COLOUR_TYPE_PALETTE, 0, 0, 0], 8);
  const data = deflateSync(picture.rows, {
    level: 1,
    memLevel: 9,
    strategy: grain === 'fine' ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY,
    chunkSize: Math.max(1 << 16, picture.rows.length >> 2),
  });
  const chunks: [string, Uint8Array][] = [
    ['IHDR', head],
    ['PLTE', palette],
    ['IDAT', data],
    ['IEND', new Uint8Array(0)],
  ];
  const png = new Uint8Array(
    SIGNATURE.length + chunks.reduce((sum, [, content]) => sum + 12 + content.length, 0),
  );
  png.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const [type, content] of chunks) {
    putChunk(png, at, type, content);
    at += 12 + content.length;
  }
  return png;
}

function putChunk(png: Uint8Array, at: number, type: string, content: Uint8Array): void {
  const view = new DataView(png.buffer);
  view.setUint32(at, content.length);
  for (let i = 0; i < 4; i++) png[at + 4 + i] = type.charCodeAt(i);
  png.set(content, at + 8);
  view.setUint32(at + 8 + content.length, crc32(png.subarray(at + 4, at + 8 + content.length)));
}
