import type { RgbImage } from '../domain/types.js';
import { BMP_COMPRESSION, BMP_CORE_HEADER_BYTES, type BmpLayout, readBmpLayout } from './headers/bmp.js';
import { ByteReader, HeaderError } from './headers/byte-reader.js';

const FILE_HEADER_BYTES = 14;
/** Behind the 40 bytes of BITMAPINFOHEADER, inside the longer headers or right after the short one. */
const MASKS_AT = FILE_HEADER_BYTES + 40;
const RGB555 = [0x7c00, 0x03e0, 0x001f];
const RGB888 = [0xff0000, 0x00ff00, 0x0000ff];

/**
 * Decodes a BMP of 1, 4, 8, 16, 24 or 32 bits, bottom-up or top-down, plain, RLE4, RLE8 or with bit fields, with
 * Windows or OS/2 headers. Alpha is dropped. The file is known to be long enough before pixels are allocated.
 * Sources: Microsoft, "Bitmap Storage", "Bitmap Compression", BITMAPINFOHEADER.
 * @throws HeaderError where the file ends early or contradicts itself.
 */
export function decodeBmp(bytes: Uint8Array): RgbImage {
  const layout = readBmpLayout(bytes);
  const { width, height, bitsPerPixel, compression } = layout;
  if (layout.pixelsAt < FILE_HEADER_BYTES + layout.headerBytes || layout.pixelsAt >= bytes.length) {
    throw new HeaderError('its pixels lie outside the file');
  }
  if (compression === BMP_COMPRESSION.rle4 || compression === BMP_COMPRESSION.rle8)
    return decodeRunLengths(bytes, layout);
  const stride = Math.ceil((width * bitsPerPixel) / 32) * 4;
  // Some writers leave out the padding of the last row.
  const needed = stride * (height - 1) + Math.ceil((width * bitsPerPixel) / 8);
  if (layout.pixelsAt + needed > bytes.length) throw new HeaderError('the pixel data ends early');
  const rgb = new Uint8Array(width * height * 3);
  const readRow = rowReader(bytes, layout);
  for (let y = 0; y < height; y++) {
    const row = layout.topDown ? y : height - 1 - y;
    readRow(layout.pixelsAt + row * stride, rgb, y * width * 3);
  }
  return { rgb, width, height };
}

/** Writes one row of RGB from the row of the file that begins at `from`. */
type RowReader = (from: number, rgb: Uint8Array, to: number) => void;

function rowReader(bytes: Uint8Array, layout: BmpLayout): RowReader {
  const { width, bitsPerPixel, compression } = layout;
  if (bitsPerPixel <= 8) return paletteRows(bytes, width, bitsPerPixel, readPalette(bytes, layout));
  if (bitsPerPixel === 24) return blueGreenRedRows(bytes, width, 3);
  if (compression === BMP_COMPRESSION.none) {
    return bitsPerPixel === 32 ? blueGreenRedRows(bytes, width, 4) : maskedRows(bytes, width, 2, RGB555);
  }
  const reader = new ByteReader(bytes, true);
  const masks = [0, 4, 8].map((offset) => reader.u32(MASKS_AT + offset));
  if (bitsPerPixel === 32 && masks.every((mask, i) => mask === RGB888[i]))
    return blueGreenRedRows(bytes, width, 4);
  return maskedRows(bytes, width, bitsPerPixel / 8, masks);
}

/** RGB triples of all 256 places; those that the file leaves out are black. */
function readPalette(bytes: Uint8Array, { headerBytes, compression, paletteEntries }: BmpLayout): Uint8Array {
  const entryBytes = headerBytes === BMP_CORE_HEADER_BYTES ? 3 : 4;
  const masksBytes = headerBytes === 40 && compression === BMP_COMPRESSION.bitfields ? 12 : 0;
  const reader = new ByteReader(bytes, true);
  const palette = new Uint8Array(768);
  for (let i = 0; i < paletteEntries; i++) {
    const at = FILE_HEADER_BYTES + headerBytes + masksBytes + i * entryBytes;
    palette.set([reader.u8(at + 2), reader.u8(at + 1), reader.u8(at)], 3 * i);
  }
  return palette;
}

function paletteRows(bytes: Uint8Array, width: number, bits: number, palette: Uint8Array): RowReader {
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  return (from, rgb, to) => {
    for (let x = 0; x < width; x++) {
      const byte = bytes[from + Math.floor(x / perByte)] as number;
      const index = (byte >> (8 - bits - (x % perByte) * bits)) & mask;
      putColour(rgb, to + 3 * x, palette, index);
    }
  };
}

function putColour(rgb: Uint8Array, to: number, palette: Uint8Array, index: number): void {
  rgb[to] = palette[3 * index] as number;
  rgb[to + 1] = palette[3 * index + 1] as number;
  rgb[to + 2] = palette[3 * index + 2] as number;
}

function blueGreenRedRows(bytes: Uint8Array, width: number, pixelBytes: 3 | 4): RowReader {
  return (from, rgb, to) => {
    for (let x = 0, at = from, out = to; x < width; x++, at += pixelBytes, out += 3) {
      rgb[out] = bytes[at + 2] as number;
      rgb[out + 1] = bytes[at + 1] as number;
      rgb[out + 2] = bytes[at] as number;
    }
  };
}

function maskedRows(bytes: Uint8Array, width: number, pixelBytes: number, masks: number[]): RowReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = masks.map(fieldOf);
  return (from, rgb, to) => {
    for (let x = 0; x < width; x++) {
      const at = from + x * pixelBytes;
      const pixel = pixelBytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
      fields.forEach(({ shift, max }, channel) => {
        // A field of no bits is a channel that is not there: black.
        rgb[to + 3 * x + channel] = max === 0 ? 0 : Math.floor((((pixel >>> shift) & max) * 255) / max);
      });
    }
  };
}

/** The lowest bit of a mask and its largest value; bits beyond a gap are not part of any real mask. */
function fieldOf(mask: number): { shift: number; max: number } {
  if (mask === 0) return { shift: 0, max: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  if ((max & (max + 1)) !== 0 || max > 0xffff) throw new HeaderError('its colour masks are not contiguous');
  return { shift, max };
}

/** RLE4 and RLE8: counted runs, literal runs, and jumps over pixels, which keep palette entry 0. */
function decodeRunLengths(bytes: Uint8Array, layout: BmpLayout): RgbImage {
  const { width, height } = layout;
  if (layout.topDown) throw new HeaderError('a compressed bitmap can not be top-down');
  const palette = readPalette(bytes, layout);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) putColour(rgb, 3 * i, palette, 0);
  const perByte = layout.compression === BMP_COMPRESSION.rle4 ? 2 : 1;
  const reader = new ByteReader(bytes, true);
  let at = layout.pixelsAt;
  let x = 0;
  let y = height - 1;
  const put = (byte: number, place: number): void => {
    const index = perByte === 1 ? byte : place % 2 === 0 ? byte >> 4 : byte & 15;
    // Runs past the row's end are clipped, as every reader does.
    if (x < width) putColour(rgb, (y * width + x) * 3, palette, index);
    x += 1;
  };
  while (y >= 0) {
    const count = reader.u8(at);
    const value = reader.u8(at + 1);
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(value, i);
    } else if (value === 0) {
      x = 0;
      y -= 1;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += reader.u8(at);
      y -= reader.u8(at + 1);
      at += 2;
    } else {
      const literal = reader.slice(at, Math.ceil(value / perByte));
      for (let i = 0; i < value; i++) put(literal[Math.floor(i / perByte)] as number, i);
      at += literal.length + (literal.length & 1);
    }
  }
  return { rgb, width, height };
}
