import type { RgbImage } from '../../src/domain/types.js';

export interface BmpForm {
  bitsPerPixel: 1 | 4 | 8 | 16 | 24 | 32;
  /** Size of the information header: 12 (OS/2 1), 40 (Windows 3), 64 (OS/2 2), 108 (V4), 124 (V5). */
  headerBytes?: 12 | 40 | 52 | 56 | 64 | 108 | 124;
  topDown?: boolean;
  /** Red, green, blue masks: turns bit fields on. */
  masks?: readonly [number, number, number];
  rle?: boolean;
}

/**
 * Writes a BMP and says which picture a reader must see: with a palette of `2 ** bitsPerPixel` greys, or with the
 * samples cut to the width of their masks.
 */
export function encodeBmp(image: RgbImage, form: BmpForm): { file: Uint8Array; seen: RgbImage } {
  const { width, height } = image;
  const { bitsPerPixel: bits, headerBytes = 40, topDown = false, rle = false } = form;
  const palette = bits <= 8 ? greys(1 << bits) : [];
  const masks = form.masks ?? (bits === 16 ? ([0x7c00, 0x03e0, 0x001f] as const) : null);
  const rows: Uint8Array[] = [];
  const seen = new Uint8Array(image.rgb.length);
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(Math.ceil((width * bits) / 32) * 4);
    const view = new DataView(row.buffer);
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const rgb = [...image.rgb.subarray(at, at + 3)] as [number, number, number];
      if (bits <= 8) {
        const index = Math.floor(((rgb[0] + rgb[1] + rgb[2]) / 3 / 256) * palette.length);
        const place = Math.floor((x * bits) / 8);
        row[place] = (row[place] as number) | (index << (8 - bits - ((x * bits) % 8)));
        seen.fill(palette[index] as number, at, at + 3);
      } else if (masks !== null) {
        const pixel = pack(rgb, masks);
        if (bits === 16) view.setUint16(2 * x, pixel, true);
        else view.setUint32(4 * x, pixel, true);
        seen.set(
          masks.map((mask) => unpack(pixel, mask)),
          at,
        );
      } else {
        row.set([rgb[2], rgb[1], rgb[0]], (x * bits) / 8);
        // A fourth byte that a reader takes for opacity makes the picture vanish.
        if (bits === 32) row[4 * x + 3] = x & 255;
        seen.set(rgb, at);
      }
    }
    rows.push(row);
  }
  const stored = topDown ? rows : rows.toReversed();
  const pixels = rle ? runLengths(stored, width, bits) : Buffer.concat(stored);
  return {
    file: assemble(image, { ...form, headerBytes }, palette, pixels),
    seen: { rgb: seen, width, height },
  };
}

function assemble(
  image: RgbImage,
  form: BmpForm & { headerBytes: number },
  palette: number[],
  pixels: Uint8Array,
): Uint8Array {
  const { bitsPerPixel, headerBytes, topDown = false, rle = false, masks } = form;
  const masksBytes = masks !== undefined && headerBytes === 40 ? 12 : 0;
  const entryBytes = headerBytes === 12 ? 3 : 4;
  const pixelsAt = 14 + headerBytes + masksBytes + palette.length * entryBytes;
  const file = new Uint8Array(pixelsAt + pixels.length);
  const view = new DataView(file.buffer);
  file.set(Buffer.from('BM'));
  view.setUint32(2, file.length, true);
  view.setUint32(10, pixelsAt, true);
  view.setUint32(14, headerBytes, true);
  if (headerBytes === 12) {
    view.setUint16(18, image.width, true);
    view.setUint16(20, image.height, true);
    view.setUint16(22, 1, true);
    view.setUint16(24, bitsPerPixel, true);
  } else {
    view.setInt32(18, image.width, true);
    view.setInt32(22, topDown ? -image.height : image.height, true);
    view.setUint16(26, 1, true);
    view.setUint16(28, bitsPerPixel, true);
    view.setUint32(30, rle ? (bitsPerPixel === 8 ? 1 : 2) : masks ? 3 : 0, true);
    view.setUint32(34, pixels.length, true);
    masks?.forEach((mask, i) => {
      view.setUint32(54 + 4 * i, mask, true);
    });
  }
  palette.forEach((grey, i) => {
    const at = 14 + headerBytes + masksBytes + i * entryBytes;
    file.fill(grey, at, at + 3);
  });
  file.set(pixels, pixelsAt);
  return file;
}

function greys(count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round((255 * i) / (count - 1)));
}

function pack(rgb: readonly number[], masks: readonly number[]): number {
  return masks.reduce((pixel, mask, i) => {
    const { shift, max } = field(mask);
    return (pixel | (Math.round(((rgb[i] as number) * max) / 255) << shift)) >>> 0;
  }, 0);
}

function unpack(pixel: number, mask: number): number {
  const { shift, max } = field(mask);
  return Math.floor((((pixel & mask) >>> shift) * 255) / max);
}

function field(mask: number): { shift: number; max: number } {
  const shift = [...mask.toString(2)].reverse().indexOf('1');
  return { shift, max: mask >>> shift };
}

/** Alternates counted and literal runs, so that a reader needs both; ends each row and the picture. */
function runLengths(rows: Uint8Array[], width: number, bits: number): Uint8Array {
  const out: number[] = [];
  const perByte = 8 / bits;
  const indexAt = (row: Uint8Array, x: number) =>
    ((row[Math.floor(x / perByte)] as number) >> (8 - bits - (x % perByte) * bits)) & ((1 << bits) - 1);
  const packed = (indexes: number[]) => {
    if (bits === 8) return indexes;
    return Array.from(
      { length: Math.ceil(indexes.length / 2) },
      (_, i) => ((indexes[2 * i] ?? 0) << 4) | (indexes[2 * i + 1] ?? 0),
    );
  };
  for (const row of rows) {
    const indexes = Array.from({ length: width }, (_, x) => indexAt(row, x));
    for (let x = 0; x < width; ) {
      let run = 1;
      while (x + run < width && run < 255 && indexes[x + run] === indexes[x]) run += 1;
      if (run >= 2 || width - x < 3) {
        const index = indexes[x] as number;
        out.push(run, bits === 8 ? index : (index << 4) | index);
        x += run;
      } else {
        const literal = indexes.slice(x, x + Math.min(7, width - x));
        const bytes = packed(literal);
        out.push(0, literal.length, ...bytes, ...(bytes.length % 2 ? [0] : []));
        x += literal.length;
      }
    }
    out.push(0, 0);
  }
  out.push(0, 1);
  return Uint8Array.from(out);
}
