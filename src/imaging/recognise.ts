import type { ImageFormat } from '../domain/types.js';

/** What the first bytes say a file is. `format` is set for the seven formats that are judged, and for AVIF. */
export interface Recognised {
  format: ImageFormat | 'avif' | null;
  /** As shown to a client: `JPEG`, `PDF document`. */
  name: string;
}

interface Signature {
  name: string;
  format?: ImageFormat;
  /** Bytes from offset 0; null stands for any byte. */
  magic: readonly (number | null)[];
}

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));
const any = (count: number): null[] => new Array<null>(count).fill(null);

/** First match wins: longer and rarer signatures stand before those they begin with. */
const SIGNATURES: readonly Signature[] = [
  { name: 'JPEG', format: 'jpeg', magic: [0xff, 0xd8, 0xff] },
  { name: 'PNG', format: 'png', magic: [0x89, ...ascii('PNG\r\n\x1a\n')] },
  { name: 'WebP', format: 'webp', magic: [...ascii('RIFF'), ...any(4), ...ascii('WEBP')] },
  { name: 'GIF', format: 'gif', magic: ascii('GIF87a') },
  { name: 'GIF', format: 'gif', magic: ascii('GIF89a') },
  { name: 'Canon raw (CR2)', magic: [...ascii('II*\0'), ...any(4), ...ascii('CR')] },
  { name: 'TIFF', format: 'tiff', magic: ascii('II*\0') },
  { name: 'TIFF', format: 'tiff', magic: ascii('MM\0*') },
  { name: 'TIFF', format: 'tiff', magic: ascii('II+\0') },
  { name: 'TIFF', format: 'tiff', magic: ascii('MM\0+') },
  // "BM" alone begins many texts: a header size below 256 makes it a bitmap.
  { name: 'BMP', format: 'bmp', magic: [...ascii('BM'), ...any(13), 0, 0, 0] },
  { name: 'JPEG XL', magic: [0xff, 0x0a] },
  { name: 'JPEG XL', magic: [0, 0, 0, 12, ...ascii('JXL \r\n\x87\n')] },
  { name: 'JPEG 2000', magic: [0, 0, 0, 12, ...ascii('jP  \r\n\x87\n')] },
  { name: 'JPEG 2000', magic: [0xff, 0x4f, 0xff, 0x51] },
  { name: 'Photoshop (PSD)', magic: ascii('8BPS') },
  { name: 'PDF document', magic: ascii('%PDF-') },
  { name: 'PostScript', magic: ascii('%!PS') },
  { name: 'icon (ICO)', magic: [0, 0, 1, 0] },
  { name: 'cursor (CUR)', magic: [0, 0, 2, 0] },
  { name: 'WebM or Matroska video', magic: [0x1a, 0x45, 0xdf, 0xa3] },
  { name: 'AVI video', magic: [...ascii('RIFF'), ...any(4), ...ascii('AVI ')] },
  { name: 'MPEG video', magic: [0, 0, 1, 0xba] },
  { name: 'Flash video', magic: ascii('FLV\x01') },
  { name: 'OpenEXR', magic: [0x76, 0x2f, 0x31, 0x01] },
  { name: 'Radiance HDR', magic: ascii('#?RADIANCE') },
  { name: 'DirectDraw surface (DDS)', magic: ascii('DDS ') },
  { name: 'QOI', magic: ascii('qoif') },
  { name: 'MNG animation', magic: [0x8a, ...ascii('MNG\r\n\x1a\n')] },
  { name: 'FITS', magic: ascii('SIMPLE  =') },
  { name: 'Fujifilm raw (RAF)', magic: ascii('FUJIFILMCCD-RAW') },
  { name: 'Olympus raw (ORF)', magic: ascii('IIRO') },
  { name: 'Panasonic raw (RW2)', magic: ascii('IIU\0') },
  { name: 'ZIP archive', magic: [...ascii('PK'), 3, 4] },
  { name: 'gzip archive', magic: [0x1f, 0x8b, 8] },
  ...['1', '2', '3', '4', '5', '6'].flatMap((digit) =>
    ['\n', ' ', '\r', '\t'].map((space) => ({
      name: 'portable anymap (PNM)',
      magic: ascii(`P${digit}${space}`),
    })),
  ),
];

const HEVC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);
const AVIF_BRANDS = new Set(['avif', 'avis']);
/** Brands that name the container only; the compatible brands say what is inside. */
const HEIF_BRANDS = new Set(['mif1', 'mif2', 'msf1', 'miaf', 'MiHB', 'MiHE']);

/** Says what a file is by its content, or null where nothing is recognised. Never throws. */
export function recognise(bytes: Uint8Array): Recognised | null {
  for (const { magic, name, format } of SIGNATURES) {
    if (bytes.length >= magic.length && magic.every((byte, i) => byte === null || byte === bytes[i])) {
      return { name, format: format ?? null };
    }
  }
  return recogniseIsoMedia(bytes) ?? recogniseMarkup(bytes);
}

/** ISO base media files: HEIC, AVIF, videos. Source: ISO/IEC 14496-12, 4.3; ISO/IEC 23008-12, 10. */
function recogniseIsoMedia(bytes: Uint8Array): Recognised | null {
  if (bytes.length < 16 || latin1(bytes, 4, 8) !== 'ftyp') return null;
  const boxBytes = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  const end = Math.min(bytes.length, boxBytes, 1024);
  const major = latin1(bytes, 8, 12);
  const brands = [major];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(latin1(bytes, at, at + 4));
  if (AVIF_BRANDS.has(major)) return { name: 'AVIF', format: 'avif' };
  if (HEVC_BRANDS.has(major)) return { name: 'HEIC', format: 'heic' };
  if (HEIF_BRANDS.has(major)) {
    if (brands.some((brand) => AVIF_BRANDS.has(brand))) return { name: 'AVIF', format: 'avif' };
    // Which codec a bare HEIF holds is said by its primary item, which the header walk reads.
    return { name: 'HEIC', format: 'heic' };
  }
  if (major === 'crx ') return { name: 'Canon raw (CR3)', format: null };
  return { name: major === 'qt  ' ? 'QuickTime video' : 'MP4 video', format: null };
}

function recogniseMarkup(bytes: Uint8Array): Recognised | null {
  const head = latin1(bytes, 0, 1024)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
    .toLowerCase();
  if (!head.startsWith('<')) return null;
  if (/<svg[\s>]/.test(head)) return { name: 'SVG', format: null };
  if (/^<(!doctype html|html|head|body)/.test(head)) return { name: 'HTML page', format: null };
  return head.startsWith('<?xml') ? { name: 'XML document', format: null } : null;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
