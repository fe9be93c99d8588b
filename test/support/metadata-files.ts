/** Files with metadata of our own making: chunks, segments and tags written by hand around a picture by sharp. */
import { crc32, deflateSync } from 'node:zlib';
import { jpegOf, pngOf, scene, webpOf } from './images.js';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

export function pngChunk(type: string, body: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + body.length);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(body, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + body.length)), 8 + body.length);
  return chunk;
}

export const tEXt = (keyword: string, text: string): Buffer => pngChunk('tEXt', ascii(`${keyword}\0${text}`));
export const zTXt = (keyword: string, text: Uint8Array): Buffer =>
  pngChunk('zTXt', Buffer.concat([ascii(`${keyword}\0\0`), deflateSync(text)]));
export const iTXt = (keyword: string, text: string): Buffer =>
  pngChunk('iTXt', Buffer.concat([ascii(`${keyword}\0\0\0\0\0`), Buffer.from(text)]));

/** A PNG with chunks before its picture data. */
export async function pngWith(...chunks: Uint8Array[]): Promise<Uint8Array> {
  const png = await pngOf(scene(80, 60));
  return new Uint8Array(Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]));
}

export function jpegSegment(marker: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A JPEG with segments before its tables. */
export async function jpegWith(...segments: Uint8Array[]): Promise<Uint8Array> {
  const jpeg = await jpegOf(scene(80, 60));
  return new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]));
}

export const exifSegment = (tags: ExifTags): Buffer => jpegSegment(0xe1, ascii('Exif\0\0'), exifOf(tags));
export const xmpSegment = (xmp: string): Buffer =>
  jpegSegment(0xe1, ascii('http://ns.adobe.com/xap/1.0/\0'), Buffer.from(xmp));
export const iptcSegment = (datasets: Record<number, string>): Buffer =>
  jpegSegment(0xed, ascii('Photoshop 3.0\0'), resourceOf(0x0404, iimOf(datasets)));

function resourceOf(id: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.write('8BIM', 0, 'latin1');
  head.writeUInt16BE(id, 4);
  head.writeUInt32BE(body.length, 8);
  return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
}

function iimOf(datasets: Record<number, string>): Buffer {
  return Buffer.concat(
    Object.entries(datasets).map(([number, text]) => {
      const head = Buffer.from([0x1c, 2, Number(number), 0, 0]);
      head.writeUInt16BE(Buffer.byteLength(text), 3);
      return Buffer.concat([head, Buffer.from(text)]);
    }),
  );
}

/** An extended WebP with chunks behind its picture. */
export async function webpWith(...chunks: [type: string, body: Uint8Array][]): Promise<Uint8Array> {
  const webp = await webpOf(scene(80, 60));
  const added = chunks.map(([type, body]) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
  });
  const whole = Buffer.concat([webp, ...added]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return new Uint8Array(whole);
}

export interface ExifTags {
  /** Tags of the first directory: text is ASCII. */
  first?: Record<number, string | Uint8Array>;
  /** Tags of the EXIF directory: text is ASCII, bytes are UNDEFINED, numbers SHORT. */
  second?: Record<number, string | Uint8Array | number>;
}

/** A TIFF structure, little-endian, as an EXIF block holds it. */
export function exifOf({ first = {}, second = {} }: ExifTags): Buffer {
  const firstCount = Object.keys(first).length + 1;
  const secondAt = 8 + 2 + 12 * firstCount + 4;
  const secondCount = Object.keys(second).length;
  const values: Buffer[] = [];
  let valueAt = secondAt + 2 + 12 * secondCount + 4;
  const entry = (tag: number, value: string | Uint8Array | number): Buffer => {
    const out = Buffer.alloc(12);
    out.writeUInt16LE(tag, 0);
    if (typeof value === 'number') {
      out.writeUInt16LE(3, 2);
      out.writeUInt32LE(1, 4);
      out.writeUInt16LE(value, 8);
      return out;
    }
    const bytes = typeof value === 'string' ? Buffer.from(`${value}\0`) : Buffer.from(value);
    out.writeUInt16LE(typeof value === 'string' ? 2 : 7, 2);
    out.writeUInt32LE(bytes.length, 4);
    if (bytes.length <= 4) bytes.copy(out, 8);
    else {
      out.writeUInt32LE(valueAt, 8);
      values.push(bytes);
      valueAt += bytes.length;
    }
    return out;
  };
  const pointer = Buffer.alloc(12);
  pointer.writeUInt16LE(0x8769, 0);
  pointer.writeUInt16LE(4, 2);
  pointer.writeUInt32LE(1, 4);
  pointer.writeUInt32LE(secondAt, 8);
  const directory = (entries: Buffer[]): Buffer => {
    const count = Buffer.alloc(2);
    count.writeUInt16LE(entries.length, 0);
    return Buffer.concat([count, ...entries, Buffer.alloc(4)]);
  };
  const head = Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);
  const firstEntries = [...Object.entries(first).map(([tag, value]) => entry(Number(tag), value)), pointer];
  const secondEntries = Object.entries(second).map(([tag, value]) => entry(Number(tag), value));
  return Buffer.concat([head, directory(firstEntries), directory(secondEntries), ...values]);
}

export const TAG = {
  ImageDescription: 0x010e,
  Make: 0x010f,
  Model: 0x0110,
  Software: 0x0131,
  Artist: 0x013b,
  Iso: 0x8827,
  DateTimeOriginal: 0x9003,
  MakerNote: 0x927c,
  UserComment: 0x9286,
} as const;

/** UserComment in UTF-16, big-endian as most tools write it. */
export function unicodeComment(text: string, order: 'be' | 'le' = 'be'): Buffer {
  const body = Buffer.from(text, 'utf16le');
  return Buffer.concat([ascii('UNICODE\0'), order === 'be' ? body.swap16() : body]);
}

export function xmpOf(
  properties: Record<string, string>,
  form: 'attribute' | 'element' = 'attribute',
): string {
  const escaped = (text: string): string =>
    text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
  const attributes = Object.entries(properties).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const elements = Object.entries(properties).map(
    ([name, value]) =>
      `<${name}><rdf:Alt><rdf:li xml:lang="x-default">${escaped(value)}</rdf:li></rdf:Alt></${name}>`,
  );
  const inner =
    form === 'attribute'
      ? `<rdf:Description${attributes.join('')}/>`
      : `<rdf:Description>${elements.join('')}</rdf:Description>`;
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>${inner}</rdf:RDF></x:xmpmeta>`;
}
