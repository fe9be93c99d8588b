import type { ImageHeader } from '../../domain/types.js';
import { ByteReader, HeaderError, UnsupportedKind } from './byte-reader.js';

export const BMP_CORE_HEADER_BYTES = 12;
/** Values of biCompression. Source: Microsoft, BITMAPINFOHEADER; [MS-WMF] 2.1.1.7. */
export const BMP_COMPRESSION = {
  none: 0,
  rle8: 1,
  rle4: 2,
  bitfields: 3,
  jpeg: 4,
  png: 5,
  alphaBitfields: 6,
} as const;

/** The facts of a BMP that its decoder needs; every offset counts from the file's first byte. */
export interface BmpLayout {
  width: number;
  height: number;
  topDown: boolean;
  bitsPerPixel: number;
  compression: number;
  /** Size of the information header: 12 is OS/2's and has another palette entry size. */
  headerBytes: number;
  pixelsAt: number;
  paletteEntries: number;
}

export function readBmpHeader(bytes: Uint8Array): ImageHeader {
  const { width, height } = readBmpLayout(bytes);
  return { format: 'bmp', width, height, pages: 1, orientation: 1, colour: 'rgb', bitsPerSample: 8 };
}

export function readBmpLayout(bytes: Uint8Array): BmpLayout {
  const reader = new ByteReader(bytes, true);
  const pixelsAt = reader.u32(10);
  const headerBytes = reader.u32(14);
  if (headerBytes === BMP_CORE_HEADER_BYTES) {
    const bitsPerPixel = reader.u16(24);
    return checked({
      width: reader.u16(18),
      height: reader.u16(20),
      topDown: false,
      bitsPerPixel,
      compression: BMP_COMPRESSION.none,
      headerBytes,
      pixelsAt,
      paletteEntries: bitsPerPixel <= 8 ? 1 << bitsPerPixel : 0,
    });
  }
  if (headerBytes < 16 || headerBytes > 1024)
    throw new HeaderError('its information header has an unknown size');
  const signedHeight = reader.i32(22);
  const bitsPerPixel = reader.u16(28);
  const used = headerBytes >= 36 ? reader.u32(46) : 0;
  return checked({
    width: reader.i32(18),
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bitsPerPixel,
    compression: headerBytes >= 20 ? reader.u32(30) : BMP_COMPRESSION.none,
    headerBytes,
    pixelsAt,
    paletteEntries: bitsPerPixel <= 8 ? (used > 0 ? Math.min(used, 256) : 1 << bitsPerPixel) : 0,
  });
}

function checked(layout: BmpLayout): BmpLayout {
  const { bitsPerPixel, compression, headerBytes } = layout;
  if (![1, 2, 4, 8, 16, 24, 32].includes(bitsPerPixel))
    throw new HeaderError(`it has ${bitsPerPixel} bits a pixel`);
  if (compression === BMP_COMPRESSION.jpeg || compression === BMP_COMPRESSION.png) {
    throw new UnsupportedKind('BMP that wraps a JPEG or PNG for a printer');
  }
  // OS/2's 64-byte header gives 3 and 4 another meaning: Huffman 1D and RLE24.
  const isOs2 = headerBytes === 64 || headerBytes === 16;
  if (isOs2 && compression >= 3) throw new UnsupportedKind('OS/2 bitmap with Huffman or RLE24 compression');
  if (!isAllowed(bitsPerPixel, compression))
    throw new HeaderError('its compression does not fit its bits a pixel');
  return layout;
}

function isAllowed(bitsPerPixel: number, compression: number): boolean {
  if (compression === BMP_COMPRESSION.none) return true;
  if (compression === BMP_COMPRESSION.rle8) return bitsPerPixel === 8;
  if (compression === BMP_COMPRESSION.rle4) return bitsPerPixel === 4;
  const isBitfields =
    compression === BMP_COMPRESSION.bitfields || compression === BMP_COMPRESSION.alphaBitfields;
  return isBitfields && (bitsPerPixel === 16 || bitsPerPixel === 32);
}
