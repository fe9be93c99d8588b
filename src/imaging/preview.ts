import type { RgbImage } from '../domain/types.js';
import { sharp } from './sharp.js';

const JPEG_QUALITY = 85;

/** The picture as a JPEG whose long side is at most `longSidePx`; a smaller one keeps its size. */
export async function renderPreview(
  { rgb, width, height }: RgbImage,
  longSidePx: number,
): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ width: longSidePx, height: longSidePx, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}
