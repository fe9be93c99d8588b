import { sharp } from './sharp.js';

/** Seconds; reading a corner of the alpha channel takes as long as decoding the picture. */
const DECODE_S_MAX = 10;

/**
 * Alpha of the first columns of a still picture, row-major, `columns * rows` bytes; null where it has no alpha or can
 * not be decoded. Detection itself drops alpha: only marks hidden in it are looked for here.
 */
export async function alphaCorner(
  bytes: Uint8Array,
  { columns, rows }: { columns: number; rows: number },
  imagePixelsMax: number,
): Promise<Uint8Array | null> {
  const pipeline = sharp(bytes, { limitInputPixels: imagePixelsMax, sequentialRead: true })
    .timeout({ seconds: DECODE_S_MAX })
    .extract({ left: 0, top: 0, width: columns, height: rows })
    .extractChannel('alpha')
    .raw();
  try {
    const data = await pipeline.toBuffer();
    return data.length === columns * rows ? new Uint8Array(data) : null;
  } catch {
    return null;
  }
}
