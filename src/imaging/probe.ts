import { AidetError } from '../domain/errors.js';
import { bytesOverLimit, pixelsOverLimit } from '../domain/limits.js';
import type { ImageFormat, ImageHeader } from '../domain/types.js';
import { readBmpHeader } from './headers/bmp.js';
import { HeaderError, UnsupportedKind } from './headers/byte-reader.js';
import { readGifHeader } from './headers/gif.js';
import { readHeicHeader } from './headers/heic.js';
import { readJpegHeader } from './headers/jpeg.js';
import { readPngHeader } from './headers/png.js';
import { readTiffHeader } from './headers/tiff.js';
import { readWebpHeader } from './headers/webp.js';
import { recognise } from './recognise.js';

export const FORMAT_NAMES: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  heic: 'HEIC',
  gif: 'GIF',
  bmp: 'BMP',
  tiff: 'TIFF',
};

const SUPPORTED = 'JPEG, PNG, WebP, HEIC, GIF, BMP or TIFF';

const READERS: Readonly<Record<ImageFormat, (bytes: Uint8Array) => ImageHeader>> = {
  jpeg: readJpegHeader,
  png: readPngHeader,
  webp: readWebpHeader,
  heic: readHeicHeader,
  gif: readGifHeader,
  bmp: readBmpHeader,
  tiff: readTiffHeader,
};

export interface ImageLimits {
  /** Size of the file in bytes. */
  imageBytesMax: number;
  /** Width times height of the first page. */
  imagePixelsMax: number;
}

/**
 * Reads what the header says, by content alone, in time linear in the file's length and without pixel memory.
 * @throws AidetError `image_unsupported_format` for a recognised file of another kind, `invalid_request` for
 *   unknown content and for a header that its own format does not allow.
 */
export function probe(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw new AidetError('invalid_request', 'Image is empty');
  const recognised = recognise(bytes);
  if (recognised === null) {
    throw new AidetError('invalid_request', `Not a recognised image file; ${SUPPORTED} expected`);
  }
  if (recognised.format === null || recognised.format === 'avif') throw unsupported(recognised.name);
  return readHeader(bytes, recognised.format);
}

function readHeader(bytes: Uint8Array, format: ImageFormat): ImageHeader {
  try {
    const header = READERS[format](bytes);
    if (header.width < 1 || header.height < 1)
      throw new HeaderError(`its size is ${header.width} x ${header.height}`);
    return header;
  } catch (error) {
    if (error instanceof UnsupportedKind) throw unsupported(error.message);
    if (error instanceof HeaderError) throw corrupt(format, error.message);
    throw error;
  }
}

function unsupported(name: string): AidetError {
  return new AidetError(
    'image_unsupported_format',
    `Image format is not supported: ${name}; ${SUPPORTED} expected`,
  );
}

/** The one wording for a file that its own format does not allow. */
export function corrupt(format: ImageFormat, reason: string, cause?: unknown): AidetError {
  return new AidetError(
    'invalid_request',
    `Image is a truncated or corrupt ${FORMAT_NAMES[format]} file: ${reason}`,
    {
      cause,
    },
  );
}

/** @throws AidetError `image_too_large` with the size that was seen and the limit. */
export function checkLimits(header: ImageHeader, byteLength: number, limits: ImageLimits): void {
  if (byteLength > limits.imageBytesMax) throw bytesOverLimit(byteLength, limits.imageBytesMax);
  const { width, height } = header;
  if (width * height > limits.imagePixelsMax) throw pixelsOverLimit(width, height, limits.imagePixelsMax);
}
