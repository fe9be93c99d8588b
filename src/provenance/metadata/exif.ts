import { type Entry, isLittleEndian, nextDirectory, numberOf, readEntries } from './ifd.js';
import { exifText, userComment } from './text.js';

/** Tags that are looked at. Source: EXIF 2.32, 4.6. */
const TAG = {
  ImageDescription: 0x010e,
  Make: 0x010f,
  Model: 0x0110,
  Software: 0x0131,
  Artist: 0x013b,
  ExifDirectory: 0x8769,
  ExposureTime: 0x829a,
  FNumber: 0x829d,
  Sensitivity: 0x8827,
  DateTimeOriginal: 0x9003,
  FocalLength: 0x920a,
  MakerNote: 0x927c,
  UserComment: 0x9286,
  PixelXDimension: 0xa002,
  PixelYDimension: 0xa003,
  DigitalZoomRatio: 0xa404,
  ThumbnailOffset: 0x0201,
  ThumbnailLength: 0x0202,
} as const;

const TEXTS = ['ImageDescription', 'Make', 'Model', 'Software', 'Artist'] as const;
export type ExifTextName = (typeof TEXTS)[number] | 'UserComment';

const EXPOSURE = [TAG.ExposureTime, TAG.FNumber, TAG.Sensitivity, TAG.FocalLength, TAG.DigitalZoomRatio];

export interface Exif {
  texts: Map<ExifTextName, string>;
  /** What only a camera has reason to write. */
  exposure: boolean;
  makerNote: boolean;
  takenAt: boolean;
  /** Pixels as the camera wrote them, or null. */
  size: { width: number; height: number } | null;
  thumbnail: Uint8Array | null;
}

/** Reads a TIFF structure: first directory, its EXIF directory, the thumbnail's. Never throws. */
export function readExif(tiff: Uint8Array): Exif {
  const littleEndian = isLittleEndian(tiff) ?? true;
  const first = readEntries(tiff);
  const find = (tag: number, entries: Entry[]): Entry | undefined => entries.find((e) => e.tag === tag);
  const numberAt = (tag: number, entries: Entry[]): number | null => {
    const entry = find(tag, entries);
    return entry === undefined ? null : numberOf(entry, littleEndian);
  };
  const second = readEntries(tiff, numberAt(TAG.ExifDirectory, first) ?? tiff.length);
  const texts = new Map<ExifTextName, string>();
  for (const name of TEXTS) {
    const entry = find(TAG[name], first);
    if (entry !== undefined) texts.set(name, exifText(entry.value));
  }
  // Some tools put the comment into the first directory.
  const comment = find(TAG.UserComment, second) ?? find(TAG.UserComment, first);
  if (comment !== undefined) texts.set('UserComment', userComment(comment.value));
  const has = (tag: number): boolean => find(tag, second) !== undefined;
  const width = numberAt(TAG.PixelXDimension, second);
  const height = numberAt(TAG.PixelYDimension, second);
  return {
    texts,
    exposure: EXPOSURE.some(has),
    makerNote: has(TAG.MakerNote),
    takenAt: has(TAG.DateTimeOriginal),
    size: width !== null && height !== null && width > 0 && height > 0 ? { width, height } : null,
    thumbnail: thumbnailOf(tiff, littleEndian),
  };
}

function thumbnailOf(tiff: Uint8Array, littleEndian: boolean): Uint8Array | null {
  const next = nextDirectory(tiff);
  if (next === 0) return null;
  const entries = readEntries(tiff, next);
  const [offset, length] = [TAG.ThumbnailOffset, TAG.ThumbnailLength].map((tag) => {
    const entry = entries.find((e) => e.tag === tag);
    return entry === undefined ? null : numberOf(entry, littleEndian);
  });
  if (typeof offset !== 'number' || typeof length !== 'number') return null;
  const bytes = tiff.subarray(offset, offset + length);
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? bytes : null;
}
