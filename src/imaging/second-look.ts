import type { Look, LookWindow } from '../domain/second-looks.js';
import type { RgbImage } from '../domain/types.js';
import { sharp } from './sharp.js';

/** As pages save their pictures: of the qualities tried, the one after which agreement says most. */
const SAVE_QUALITY = 60;

/** What is left of a part of the picture after it was saved or shrunk; copies that part's rows alone. */
export async function secondLook(image: RgbImage, window: LookWindow, look: Look): Promise<RgbImage> {
  const { width, height } = window;
  const part = sharp(cut(image, window), { raw: { width, height, channels: 3 } });
  const again =
    look === 'save'
      ? sharp(await part.jpeg({ quality: SAVE_QUALITY }).toBuffer())
      : part.resize(halved(width), halved(height), { fit: 'fill', kernel: 'cubic' });
  const { data, info } = await again.raw().toBuffer({ resolveWithObject: true });
  return {
    rgb: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width: info.width,
    height: info.height,
  };
}

function cut({ rgb, width: stride }: RgbImage, { x, y, width, height }: LookWindow): Uint8Array {
  const rows = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * stride + x) * 3;
    rows.set(rgb.subarray(from, from + width * 3), row * width * 3);
  }
  return rows;
}

function halved(pixels: number): number {
  return Math.max(1, Math.round(pixels / 2));
}
