import type { IndexedPicture } from './palette-png.js';

export const GLYPH_WIDTH_PX = 5;
export const GLYPH_HEIGHT_PX = 7;
const ADVANCE_PX = GLYPH_WIDTH_PX + 1;

/** The letters that legends need, drawn by hand: a server may have no fonts at all. */
const GLYPHS: Readonly<Record<string, string>> = {
  '0': '01110 10001 10011 10101 11001 10001 01110',
  '1': '00100 01100 00100 00100 00100 00100 01110',
  '5': '11111 10000 11110 00001 00001 10001 01110',
  '.': '00000 00000 00000 00000 00000 01100 01100',
  A: '01110 10001 10001 11111 10001 10001 10001',
  I: '01110 00100 00100 00100 00100 00100 01110',
  a: '00000 00000 01110 00001 01111 10001 01111',
  b: '10000 10000 11110 10001 10001 10001 11110',
  d: '00001 00001 01111 10001 10001 10001 01111',
  e: '00000 00000 01110 10001 11111 10000 01110',
  i: '00100 00000 01100 00100 00100 00100 01110',
  k: '10000 10000 10010 10100 11000 10100 10010',
  l: '01100 00100 00100 00100 00100 00100 01110',
  n: '00000 00000 11110 10001 10001 10001 10001',
  o: '00000 00000 01110 10001 10001 10001 01110',
  p: '00000 00000 11110 10001 11110 10000 10000',
  r: '00000 00000 10110 11001 10000 10000 10000',
  t: '01000 01000 11110 01000 01000 01001 00110',
  y: '00000 00000 10001 10001 01111 00001 01110',
};

/** Width in pixels of the text drawn with `scale` pixels a dot. */
export function textWidth(text: string, scale: number): number {
  return text.length === 0 ? 0 : (text.length * ADVANCE_PX - 1) * scale;
}

/** Draws from the upper left corner; letters without a glyph are blank. Clipped at the picture's borders. */
export function drawText(
  picture: IndexedPicture,
  text: string,
  left: number,
  top: number,
  scale: number,
  index: number,
): void {
  [...text].forEach((letter, place) => {
    const lines = GLYPHS[letter]?.split(' ') ?? [];
    lines.forEach((line, y) => {
      [...line].forEach((dot, x) => {
        if (dot === '1') {
          picture.fill(left + (place * ADVANCE_PX + x) * scale, top + y * scale, scale, scale, index);
        }
      });
    });
  });
}
