import type { Look, LookWindow } from '../domain/second-looks.js';
import type { RgbImage } from '../domain/types.js';
import { sharp } from './sharp.js';

/** As pages save their pictures: of the qualities tried, the one after which agreement says most. */
const SAVE_QUALITY = 60;

/** What is left of a part of the picture after it was saved or shrunk; copies that part's rows alone. */
export async function secondLook(image: RgbImage, window: LookWindow, look: Look): Promise<RgbImage> {
  return look === 'shrink' ? halved(image, window) : await saved(image, window);
}

async function saved({ rgb, width: stride }: RgbImage, window: LookWindow): Promise<RgbImage> {
  const { x, y, width, height } = window;
  const rows = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * stride + x) * 3;
    rows.set(rgb.subarray(from, from + width * 3), row * width * 3);
  }
  const raw = { width, height, channels: 3 } as const;
  const file = await sharp(rows, { raw }).jpeg({ quality: SAVE_QUALITY }).toBuffer();
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return {
    rgb: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width: info.width,
    height: info.height,
  };
}

/** Means of squares of 2 x 2 pixels; an axis of one pixel stays, the last of an odd number is left out. */
function halved({ rgb, width: stride }: RgbImage, { x, y, width, height }: LookWindow): RgbImage {
  const size = { width: Math.max(1, width >> 1), height: Math.max(1, height >> 1) };
  const right = width > 1 ? 3 : 0;
  const below = height > 1 ? stride * 3 : 0;
  const out = new Uint8Array(size.width * size.height * 3);
  let to = 0;
  for (let row = 0; row < size.height; row++) {
    let from = ((y + 2 * row) * stride + x) * 3;
    for (let column = 0; column < size.width; column++, from += 6) {
      for (let at = from; at < from + 3; at++) {
        const sum =
          (rgb[at] as number) +
          (rgb[at + right] as number) +
          (rgb[at + below] as number) +
          (rgb[at + below + right] as number);
        out[to++] = (sum + 2) >> 2;
      }
    }
  }
  return { rgb: out, ...size };
}
