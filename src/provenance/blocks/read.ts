import { recognise } from '../../imaging/recognise.js';
import { gifBlocks } from './gif.js';
import { heifBlocks } from './heif.js';
import { jpegBlocks } from './jpeg.js';
import { pngBlocks } from './png.js';
import { tiffBlocks } from './tiff.js';
import type { Block } from './types.js';
import { webpBlocks } from './webp.js';

const WALKS = {
  jpeg: jpegBlocks,
  png: pngBlocks,
  webp: webpBlocks,
  gif: gifBlocks,
  tiff: tiffBlocks,
  heic: heifBlocks,
  avif: heifBlocks,
  bmp: function* (): Generator<Block> {},
};

/**
 * The blocks of an image file in their order, by content alone. The walks jump from header to header, copy
 * nothing and never throw; a file that is broken or of another kind has the blocks before the break.
 */
export function* readBlocks(bytes: Uint8Array): Generator<Block> {
  const format = recognise(bytes)?.format;
  if (format !== null && format !== undefined) yield* WALKS[format](bytes);
}
