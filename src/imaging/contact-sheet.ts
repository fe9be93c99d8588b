import { drawText, GLYPH_HEIGHT_PX } from './bitmap-font.js';
import { encodePalettePng, IndexedPicture } from './palette-png.js';
import { sharp } from './sharp.js';

export interface Panel {
  title: string;
  /** A picture of our own making, PNG or JPEG. */
  picture: Uint8Array;
}

const PANEL_PX = 512;
const GAP_PX = 12;
const TITLE_SCALE = 2;
const TITLE_PX = TITLE_SCALE * GLYPH_HEIGHT_PX + 8;
const PAPER = { r: 24, g: 24, b: 24 };

/** Pictures side by side, two in a row, each under its title, as one PNG. */
export async function renderContactSheet(panels: Panel[]): Promise<Uint8Array> {
  const cols = Math.min(2, panels.length);
  const rows = Math.ceil(panels.length / cols);
  const layers = await Promise.all(
    panels.map(async ({ title, picture }, i) => {
      const left = GAP_PX + (i % cols) * (PANEL_PX + GAP_PX);
      const top = GAP_PX + Math.floor(i / cols) * (PANEL_PX + TITLE_PX + GAP_PX);
      const fitted = await sharp(picture)
        .resize({ width: PANEL_PX, height: PANEL_PX, fit: 'inside', kernel: 'nearest' })
        .png()
        .toBuffer();
      return [
        { input: titlePng(title), left, top },
        { input: fitted, left, top: top + TITLE_PX },
      ];
    }),
  );
  return sharp({
    create: {
      width: GAP_PX + cols * (PANEL_PX + GAP_PX),
      height: GAP_PX + rows * (PANEL_PX + TITLE_PX + GAP_PX),
      channels: 3,
      background: PAPER,
    },
  })
    .composite(layers.flat())
    .png()
    .toBuffer();
}

function titlePng(title: string): Buffer {
  const picture = new IndexedPicture(PANEL_PX, TITLE_PX);
  drawText(picture, title, 0, 2, TITLE_SCALE, 1);
  return Buffer.from(encodePalettePng(picture, Uint8Array.of(PAPER.r, PAPER.g, PAPER.b, 235, 235, 235)));
}
