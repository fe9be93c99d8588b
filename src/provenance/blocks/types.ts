/** A piece of a file that says something about the picture, as it stands in the file: views, nothing is copied. */
export interface Block {
  kind: 'c2pa' | 'exif' | 'xmp' | 'iptc' | 'text' | 'comment';
  /** Where it stands, as told to a client: `PNG tEXt parameters`. */
  where: string;
  /** For `exif` without the `Exif\0\0` prefix; for `text` the value as stored. */
  bytes: Uint8Array;
  /** PNG text: the chunk's keyword, and whether the value is deflated. */
  keyword?: string;
  deflated?: boolean;
}

/** More blocks than any honest file has; a walk ends there, so that its cost is bounded whatever a file holds. */
export const BLOCKS_MAX = 4096;

/** Latin-1 text of `count` bytes, or of what is left of them. */
export function latin1(bytes: Uint8Array, at: number, count: number): string {
  let text = '';
  for (let i = at; i < Math.min(at + count, bytes.length); i++)
    text += String.fromCharCode(bytes[i] as number);
  return text;
}

export function startsWith(bytes: Uint8Array, prefix: string): boolean {
  return bytes.length >= prefix.length && latin1(bytes, 0, prefix.length) === prefix;
}

const EXIF_PREFIX = 'Exif\0\0';

/** EXIF as a TIFF structure; some writers keep JPEG's prefix where no prefix belongs. */
export function withoutExifPrefix(bytes: Uint8Array): Uint8Array {
  return startsWith(bytes, EXIF_PREFIX) ? bytes.subarray(EXIF_PREFIX.length) : bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
