import type { RgbImage } from '../../src/domain/types.js';

const STEP = 36;

/**
 * Embeds a message as the invisible-watermark library does (method `dwtDct`), written anew from its description:
 * 8-bit YUV as OpenCV computes it, one Haar step on U, the largest coefficient but the first of each 4 x 4 block moved
 * to a quarter or three quarters of its step, and back to RGB with rounding at each turn.
 */
export function embed(image: RgbImage, bits: readonly number[]): RgbImage {
  const { rgb, width, height } = image;
  const y = new Uint8Array(width * height);
  const u = new Uint8Array(width * height);
  const v = new Uint8Array(width * height);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]] as [number, number, number];
    const luma = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    y[i] = luma;
    u[i] = clamp(Math.round(0.492 * (b - luma) + 128));
    v[i] = clamp(Math.round(0.877 * (r - luma) + 128));
  }
  let num = 0;
  for (let row = 0; row + 8 <= height - (height % 4); row += 8) {
    for (let col = 0; col + 8 <= width - (width % 4); col += 8) {
      embedBit(u, width, row, col, bits[num % bits.length] as number);
      num++;
    }
  }
  const marked = new Uint8Array(rgb.length);
  for (let i = 0; i < width * height; i++) {
    const [luma, du, dv] = [y[i] as number, (u[i] as number) - 128, (v[i] as number) - 128];
    marked[3 * i] = clamp(Math.round(luma + 1.14 * dv));
    marked[3 * i + 1] = clamp(Math.round(luma - 0.395 * du - 0.581 * dv));
    marked[3 * i + 2] = clamp(Math.round(luma + 2.032 * du));
  }
  return { rgb: marked, width, height };
}

/** Moving a low-low coefficient by d adds d / 2 to each of its four pixels. */
function embedBit(u: Uint8Array, width: number, row: number, col: number, bit: number): void {
  let largest = -1;
  let place = 0;
  for (let k = 1; k < 16; k++) {
    const at = (row + 2 * Math.floor(k / 4)) * width + col + 2 * (k % 4);
    const coefficient =
      ((u[at] as number) +
        (u[at + 1] as number) +
        (u[at + width] as number) +
        (u[at + width + 1] as number)) /
      2;
    if (coefficient > largest) [largest, place] = [coefficient, at];
  }
  const moved = (Math.floor(largest / STEP) + 0.25 + 0.5 * bit) * STEP;
  for (const at of [place, place + 1, place + width, place + width + 1])
    u[at] = clamp(Math.floor((u[at] as number) + (moved - largest) / 2));
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, value));
}
