import { ByteReader } from './byte-reader.js';

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/**
 * The orientation, 1..8, that an EXIF block (with or without its `Exif\0\0` prefix) states in IFD0, else 1.
 * EXIF is a side note: a broken block must not fail the picture, so everything unreadable is 1.
 * Source: CIPA DC-008 (Exif 2.32), 4.6.2 and 4.6.4.
 */
export function exifOrientation(block: Uint8Array): number {
  try {
    const hasPrefix = block.length > 6 && new ByteReader(block, false).text(0, 4) === 'Exif';
    const tiff = hasPrefix ? block.subarray(6) : block;
    const order = new ByteReader(tiff, false).text(0, 2);
    if (order !== 'II' && order !== 'MM') return 1;
    const reader = new ByteReader(tiff, order === 'II');
    if (reader.u16(2) !== 42) return 1;
    const ifd = reader.u32(4);
    const entries = reader.u16(ifd);
    for (let i = 0; i < entries; i++) {
      const entry = ifd + 2 + 12 * i;
      if (reader.u16(entry) === ORIENTATION_TAG)
        return validOrientation(reader.u16(entry + 2), reader.u16(entry + 8));
    }
  } catch {
    return 1;
  }
  return 1;
}

function validOrientation(type: number, value: number): number {
  return type === SHORT && value >= 1 && value <= 8 ? value : 1;
}
