import { BLOCKS_MAX, type Block, latin1, startsWith, viewOf, withoutExifPrefix } from './types.js';

const XMP = 'http://ns.adobe.com/xap/1.0/\0';
/** Followed by a GUID of 32 characters, the full length and the portion's offset. Source: XMP specification part 3. */
const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
const EXTENDED_XMP_HEAD = EXTENDED_XMP.length + 32 + 8;
const PHOTOSHOP = 'Photoshop 3.0\0';

/**
 * Walks the segments before the picture data. A JUMBF segment is APP11 with the common identifier `JP`, box
 * instance, packet sequence, box length, then the box type. Source: ISO/IEC 18477-3, annex B; C2PA 2.1, A.1.1.
 */
export function* jpegBlocks(bytes: Uint8Array): Generator<Block> {
  const view = viewOf(bytes);
  for (let at = 2, seen = 0; at + 4 <= bytes.length && seen < BLOCKS_MAX; seen++) {
    if (bytes[at] !== 0xff) return;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return;
    const length = view.getUint16(at + 2);
    if (length < 2) return;
    const body = bytes.subarray(at + 4, at + 2 + length);
    yield* segment(marker, body);
    at += 2 + length;
  }
}

function* segment(marker: number, body: Uint8Array): Generator<Block> {
  if (marker === 0xe1) {
    if (startsWith(body, 'Exif\0\0'))
      yield { kind: 'exif', where: 'JPEG EXIF', bytes: withoutExifPrefix(body) };
    else if (startsWith(body, XMP))
      yield { kind: 'xmp', where: 'JPEG XMP', bytes: body.subarray(XMP.length) };
    else if (startsWith(body, EXTENDED_XMP))
      yield { kind: 'xmp', where: 'JPEG extended XMP', bytes: body.subarray(EXTENDED_XMP_HEAD) };
  } else if (marker === 0xeb) {
    // The description box behind it begins with the type's UUID, whose first four bytes spell c2pa.
    if (startsWith(body, 'JP') && latin1(body, 12, 4) === 'jumb' && latin1(body, 24, 4) === 'c2pa')
      yield { kind: 'c2pa', where: 'JPEG APP11', bytes: body };
  } else if (marker === 0xed) {
    if (startsWith(body, PHOTOSHOP))
      yield { kind: 'iptc', where: 'JPEG IPTC', bytes: body.subarray(PHOTOSHOP.length) };
  } else if (marker === 0xfe) {
    yield { kind: 'comment', where: 'JPEG comment', bytes: body };
  }
}
