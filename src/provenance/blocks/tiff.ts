import { readEntries } from '../metadata/ifd.js';
import type { Block } from './types.js';

const TAG = { xmp: 700, iptc: 33723, photoshop: 34377, c2pa: 0xcd41 } as const;

/** A TIFF is its own EXIF; the other blocks are tags of the first directory. Sources: TIFF 6.0; C2PA 2.1, A.1. */
export function* tiffBlocks(bytes: Uint8Array): Generator<Block> {
  yield { kind: 'exif', where: 'TIFF', bytes };
  for (const { tag, value } of readEntries(bytes)) {
    if (tag === TAG.c2pa) yield { kind: 'c2pa', where: 'TIFF C2PA', bytes: value };
    else if (tag === TAG.xmp) yield { kind: 'xmp', where: 'TIFF XMP', bytes: value };
    else if (tag === TAG.photoshop) yield { kind: 'iptc', where: 'TIFF IPTC', bytes: value };
  }
}
