import { BLOCKS_MAX, type Block, latin1, viewOf, withoutExifPrefix } from './types.js';

/** A keyword has 1 to 79 bytes. Source: W3C PNG (Third Edition), 11.3.3. */
const KEYWORD_MAX = 79;
/** Picture data comes in as many chunks as its writer liked, mostly of 8 KiB. */
const CHUNKS_MAX = 16 * BLOCKS_MAX;
const XMP_KEYWORD = 'XML:com.adobe.xmp';

/** Walks all chunks, also those behind the picture data: several tools append their text there. */
export function* pngBlocks(bytes: Uint8Array): Generator<Block> {
  const view = viewOf(bytes);
  for (let at = 8, seen = 0; at + 12 <= bytes.length && seen < CHUNKS_MAX; seen++) {
    const length = view.getUint32(at);
    const type = latin1(bytes, at + 4, 4);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IEND') return;
    if (type === 'caBX') yield { kind: 'c2pa', where: 'PNG caBX', bytes: body };
    else if (type === 'eXIf') yield { kind: 'exif', where: 'PNG EXIF', bytes: withoutExifPrefix(body) };
    else if (type === 'tEXt' || type === 'zTXt' || type === 'iTXt') yield* text(type, body);
    at += 12 + length;
  }
}

function* text(type: 'tEXt' | 'zTXt' | 'iTXt', body: Uint8Array): Generator<Block> {
  const end = body.subarray(0, KEYWORD_MAX + 1).indexOf(0);
  if (end < 1) return;
  const keyword = latin1(body, 0, end);
  let at = end + 1;
  let deflated = false;
  if (type === 'zTXt') {
    deflated = true;
    at += 1;
  } else if (type === 'iTXt') {
    deflated = body[at] === 1;
    at += 2;
    // Language tag and translated keyword, each ended by a zero.
    for (let field = 0; field < 2; field++) {
      const stop = body.indexOf(0, at);
      if (stop < 0) return;
      at = stop + 1;
    }
  }
  const bytes = body.subarray(at);
  if (keyword === XMP_KEYWORD && !deflated) yield { kind: 'xmp', where: 'PNG XMP', bytes };
  else yield { kind: 'text', where: `PNG ${type} ${printable(keyword)}`, keyword, deflated, bytes };
}

function printable(keyword: string): string {
  return keyword.replace(/[^\x20-\x7e]/g, '?');
}
