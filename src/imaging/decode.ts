import { AidetError } from '../domain/errors.js';
import { pixelsOverLimit } from '../domain/limits.js';
import type { ImageHeader, RgbImage } from '../domain/types.js';
import { decodeBmp } from './bmp.js';
import { HeaderError } from './headers/byte-reader.js';
import { decodeHeic } from './heic.js';
import { orient } from './orient.js';
import { corrupt } from './probe.js';
import { sharp } from './sharp.js';

export interface DecodeOptions {
  /** Width times height beyond which the decoder refuses, whatever the header said. */
  imagePixelsMax: number;
}

/** A file may be built so that each pixel is dear; one that takes longer is given up. */
const DECODE_S_MAX = 30;

/**
 * Decodes the first page to the upright picture, in one pipeline without resizing, with the values that PIL's
 * `convert("RGB")` gives, since that is what detectors are trained on: the ICC profile is not applied, alpha is
 * dropped and not composited, grey is repeated, CMYK is the plain product, 16 bits keep their high byte.
 * @param header What `probe` said of the same bytes.
 * @throws AidetError `invalid_request` where the pixel data is truncated or corrupt, `image_too_large` where it is
 *   larger than its header said.
 */
export async function decode(
  bytes: Uint8Array,
  header: ImageHeader,
  options: DecodeOptions,
): Promise<RgbImage> {
  const { width, height } = header;
  if (width * height > options.imagePixelsMax) throw pixelsOverLimit(width, height, options.imagePixelsMax);
  try {
    if (header.format === 'bmp') return decodeBmp(bytes);
    if (header.format === 'heic')
      return await decodeHeic(bytes, {
        imagePixelsMax: options.imagePixelsMax,
        decodeMsMax: DECODE_S_MAX * 1000,
      });
    return orient(await decodeWithSharp(bytes, header, options), header.orientation);
  } catch (error) {
    throw explain(error, header, options);
  }
}

async function decodeWithSharp(
  bytes: Uint8Array,
  header: ImageHeader,
  options: DecodeOptions,
): Promise<RgbImage> {
  const pipeline = sharp(bytes, {
    failOn: 'error',
    ignoreIcc: true,
    limitInputPixels: options.imagePixelsMax,
    page: 0,
    pages: 1,
    sequentialRead: true,
  })
    .removeAlpha()
    .timeout({ seconds: DECODE_S_MAX })
    .raw();
  if (header.colour === 'cmyk') pipeline.pipelineColourspace('cmyk').toColourspace('cmyk');
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  const samples = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = { width: info.width, height: info.height };
  if (info.channels === 3) return { rgb: samples, ...size };
  if (info.channels === 4 && header.colour === 'cmyk') return { rgb: rgbOfCmyk(samples), ...size };
  throw new Error(`decoded to ${info.channels} channels`);
}

/** Each colour is the product of what its ink and black let through, as PIL computes it (no ICC profile). */
function rgbOfCmyk(cmyk: Uint8Array): Uint8Array {
  const pixels = cmyk.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const light = 255 - (cmyk[4 * i + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      const product = (cmyk[4 * i + channel] as number) * light + 128;
      rgb[3 * i + channel] = light - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}

/** The decoders' own words may change with their versions and are kept for the log. */
function explain(error: unknown, header: ImageHeader, options: DecodeOptions): Error {
  if (error instanceof AidetError) return error;
  // Decoders fail with plain errors; these two kinds are mistakes of our own and must not be blamed on the image.
  if (error instanceof TypeError || error instanceof ReferenceError) return error;
  if (error instanceof HeaderError) return corrupt(header.format, error.message);
  const words = error instanceof Error ? error.message : '';
  if (/exceeds pixel limit|maximum image size/.test(words)) {
    return pixelsOverLimit(header.width, header.height, options.imagePixelsMax);
  }
  if (words.includes('timeout')) return corrupt(header.format, `decoding took over ${DECODE_S_MAX} s`, error);
  const isCutOff = /premature|truncat|unexpected end|out of order|end of file|not enough/i.test(words);
  return corrupt(
    header.format,
    isCutOff ? 'the pixel data ends early' : 'the pixel data can not be decoded',
    error,
  );
}
