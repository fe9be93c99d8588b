import { readBlocks } from '../blocks/read.js';
import { type Block, startsWith, withoutExifPrefix } from '../blocks/types.js';
import { type Exif, readExif } from './exif.js';
import { readIptc } from './iptc.js';
import { exifText, Inflater, TEXT_BYTES_MAX, utf8 } from './text.js';
import { XMP_BYTES_MAX, xmpValue } from './xmp.js';

/** One text in the file: `key` as the table of traces names it, `where` as told to a client. */
export interface Field {
  key: string;
  where: string;
  text: string;
}

export interface Fields {
  texts: Field[];
  exif: Exif | null;
}

/** XMP properties that are looked at, by their usual prefixes. */
const XMP_PROPERTIES = [
  'xmp:CreatorTool',
  'photoshop:Credit',
  'Iptc4xmpExt:DigitalSourceType',
  'Iptc4xmpExt:DigitalImageGUID',
  'TC260:AIGC',
  'exif:UserComment',
  'dc:description',
];

/** PNG text values that are read, at most; each costs little, and no tool writes more. */
const PNG_TEXTS_MAX = 128;
/** Samsung's editor writes its notes behind the picture. */
const TRAILER_BYTES = 64 * 1024;

/**
 * All texts that a trace may stand in. `pngKeywords` are the keywords of interest: others are not even decoded.
 * Never throws, and is bounded in time and memory by what is looked at, not by what the file holds.
 */
export function readFields(bytes: Uint8Array, pngKeywords: ReadonlySet<string>): Fields {
  const reader = new FieldReader(pngKeywords);
  for (const block of readBlocks(bytes)) reader.take(block);
  reader.finish();
  if (bytes[0] === 0xff && bytes[1] === 0xd8) reader.add('trailer', 'JPEG trailer', tail(bytes));
  return { texts: reader.texts, exif: reader.exif };
}

class FieldReader {
  readonly texts: Field[] = [];
  exif: Exif | null = null;
  readonly #inflater = new Inflater();
  #pngTexts = 0;
  #xmp = '';
  #xmpWhere = 'XMP';

  constructor(private readonly pngKeywords: ReadonlySet<string>) {}

  add(key: string, where: string, text: string): void {
    if (text !== '') this.texts.push({ key, where, text });
  }

  take(block: Block): void {
    const { kind, where, bytes } = block;
    if (kind === 'exif') this.#takeExif(where, bytes);
    else if (kind === 'xmp') this.#takeXmp(where, bytes);
    else if (kind === 'iptc')
      for (const [name, text] of readIptc(bytes)) this.add(`iptc:${name}`, `${where} ${name}`, text);
    else if (kind === 'comment') this.add('comment', where, exifText(bytes));
    else if (kind === 'text') this.#takeText(block);
  }

  finish(): void {
    if (this.#xmp === '') return;
    for (const name of XMP_PROPERTIES)
      this.add(`xmp:${name}`, `${this.#xmpWhere} ${name}`, xmpValue(this.#xmp, name) ?? '');
  }

  #takeExif(where: string, tiff: Uint8Array): void {
    if (this.exif !== null) return;
    this.exif = readExif(tiff);
    for (const [name, text] of this.exif.texts) this.add(`exif:${name}`, `${where} ${name}`, text);
  }

  #takeXmp(where: string, bytes: Uint8Array): void {
    const left = XMP_BYTES_MAX - this.#xmp.length;
    if (left <= 0) return;
    if (this.#xmp === '') this.#xmpWhere = where;
    this.#xmp += new TextDecoder().decode(bytes.subarray(0, left));
  }

  #takeText({ keyword = '', where, bytes, deflated }: Block): void {
    const isProfile = keyword.startsWith('Raw profile type ');
    const isWanted = this.pngKeywords.has(keyword) || isProfile || keyword === 'XML:com.adobe.xmp';
    if (!isWanted || this.#pngTexts++ >= PNG_TEXTS_MAX) return;
    const value = deflated === true ? this.#inflater.inflate(bytes) : bytes.subarray(0, TEXT_BYTES_MAX);
    if (isProfile) this.#takeProfile(keyword, where, value);
    else if (keyword === 'XML:com.adobe.xmp') this.#takeXmp('PNG XMP', value);
    else this.add(`png:${keyword}`, where, where.startsWith('PNG iTXt') ? utf8(value) : latin1Text(value));
  }

  /** ImageMagick keeps what PNG has no chunk for as hexadecimal text behind a name and a length. */
  #takeProfile(keyword: string, where: string, value: Uint8Array): void {
    const [, , hexadecimal = ''] = /^\s*(\w+)\s+\d+\s+([\s\S]*)$/.exec(latin1Text(value)) ?? [];
    const bytes = Buffer.from(hexadecimal.replace(/\s+/g, ''), 'hex');
    if (startsWith(bytes, 'http://ns.adobe.com/xap/')) this.#takeXmp(where, bytes.subarray(29));
    else if (keyword.endsWith('xmp')) this.#takeXmp(where, bytes);
    else if (/exif|APP1/.test(keyword)) this.#takeExif('PNG EXIF', withoutExifPrefix(bytes));
    else if (/iptc|8bim/.test(keyword)) this.take({ kind: 'iptc', where: 'PNG IPTC', bytes });
  }
}

function latin1Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function tail(bytes: Uint8Array): string {
  return latin1Text(bytes.subarray(Math.max(0, bytes.length - TRAILER_BYTES)));
}
