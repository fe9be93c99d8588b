/** A request with one image, in any of the four forms of a body. */
import { AidetError } from '../../domain/errors.js';
import { bytesOverLimit } from '../../domain/limits.js';
import { decodeBase64 } from '../body/base64.js';
import { collectBody } from '../body/buffer.js';
import { type BodyKind, bodyKind } from '../body/media.js';
import { parseForm } from '../body/multipart.js';
import { type Fields, parseJsonObject, parseMsgpackObject } from '../body/structured.js';
import type { BodyReader, Exchange } from '../exchange.js';
import type { FieldTypes } from '../validation.js';
import { addText } from './fields.js';
import type { ImageSource } from './source.js';

export interface ImageRequest {
  source: ImageSource;
  /** Options by their wire names; types are not checked yet. */
  fields: Fields;
}

/** What a body may hold beside its image: options, part heads. */
const BESIDE_BYTES_MAX = 64_000;

const SOURCES = ['image_url', 'image_base64'] as const;
const WAYS =
  'image_url, image_base64, a multipart part `image`, a MessagePack field `image`, or the bytes as the body';

/** The largest body that can hold an image of `imageBytesMax`. */
export function bodyBytesMax(kind: BodyKind, imageBytesMax: number): number {
  return kind === 'raw' ? imageBytesMax : Math.ceil(imageBytesMax / 3) * 4 + BESIDE_BYTES_MAX;
}

/**
 * Reads one image and its options. Throws `image_too_large` before memory is taken, `invalid_request` for everything else.
 * @param types options of the endpoint; text of forms and queries is read by them.
 */
export function readImageRequest(
  { head, length }: Pick<Exchange, 'head' | 'length'>,
  query: URLSearchParams,
  types: FieldTypes,
  imageBytesMax: number,
): BodyReader<ImageRequest> {
  const kind = bodyKind(head.headers);
  const options: Fields = {};
  for (const [name, text] of query) addText(options, types, name, text);
  if (kind === 'multipart') {
    const textTypes: FieldTypes = { ...types, image_url: 'string', image_base64: 'string' };
    return readForm(head.headers, options, textTypes, imageBytesMax, length);
  }
  const bytesMax = bodyBytesMax(kind, imageBytesMax);
  const body = collectBody(length, bytesMax, (bytes) => overLimit(kind, bytes, imageBytesMax));
  const request = (bytes: Uint8Array): ImageRequest => {
    if (kind === 'raw') return rawRequest(bytes, options);
    const given = kind === 'json' ? parseJsonObject(bytes) : parseMsgpackObject(bytes);
    return takeImage(merge(options, given), imageBytesMax);
  };
  return { chunk: body.chunk, end: async () => request(await body.end()), abort: () => body.abort?.() };
}

/** The size of the image that a body of this size holds, near enough for a message. */
function overLimit(kind: BodyKind, bytes: number | null, imageBytesMax: number): AidetError {
  const image = bytes === null || kind !== 'json' ? bytes : Math.floor((bytes * 3) / 4);
  return bytesOverLimit(
    image,
    imageBytesMax,
    kind === 'json' ? 'image_base64' : kind === 'msgpack' ? 'image' : undefined,
  );
}

function rawRequest(bytes: Uint8Array, fields: Fields): ImageRequest {
  if (bytes.byteLength === 0)
    throw new AidetError('invalid_request', 'The body is empty; the image is expected there');
  return { source: { bytes }, fields };
}

function merge(options: Fields, given: Fields): Fields {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(given, name))
      throw new AidetError('invalid_request', `${name} is given in the body and in the query`, {
        param: name,
      });
  }
  return { ...options, ...given };
}

/** Parts `image`, `image_base64` or `image_url`, exactly one of them, from the other fields. Throws `invalid_request`. */
export function takeImage({ image, ...rest }: Fields, imageBytesMax: number): ImageRequest {
  if (image === undefined || image === null) return namedRequest(rest, undefined, imageBytesMax);
  if (!(image instanceof Uint8Array)) {
    throw new AidetError('invalid_request', 'image must be binary; text goes into image_base64', {
      param: 'image',
    });
  }
  if (image.byteLength === 0) throw new AidetError('invalid_request', 'image is empty', { param: 'image' });
  if (image.byteLength > imageBytesMax) throw bytesOverLimit(image.byteLength, imageBytesMax, 'image');
  return namedRequest(rest, image, imageBytesMax);
}

function namedRequest(
  { image_url: url, image_base64: base64, ...fields }: Fields,
  bytes: Uint8Array | undefined,
  imageBytesMax: number,
): ImageRequest {
  const texts = { image_url: url, image_base64: base64 };
  for (const name of SOURCES) {
    const value = texts[name];
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw new AidetError('invalid_request', `${name} must be a string`, { param: name });
  }
  const given = [bytes, url, base64].filter((value) => value !== undefined && value !== null).length;
  if (given === 0) throw new AidetError('invalid_request', `There is no image: give it by ${WAYS}`);
  if (given > 1)
    throw new AidetError('invalid_request', `There are several image sources; give one of ${WAYS}`);
  if (bytes !== undefined) return { source: { bytes, param: 'image' }, fields };
  if (typeof url === 'string') return { source: { url, param: 'image_url' }, fields };
  const decoded = decodeBase64(base64 as string, imageBytesMax, 'image_base64');
  return { source: { bytes: decoded, param: 'image_base64' }, fields };
}

function readForm(
  headers: Exchange['head']['headers'],
  fields: Fields,
  types: FieldTypes,
  imageBytesMax: number,
  length: number | null,
): BodyReader<ImageRequest> {
  const bytesMax = bodyBytesMax('multipart', imageBytesMax);
  if (length !== null && length > bytesMax) throw bytesOverLimit(length, imageBytesMax, 'image');
  let image: Uint8Array | undefined;
  let files = 0;
  const limits = { fieldBytesMax: bytesMax, fieldsMax: 32, filesMax: 2 };
  const form = parseForm(headers, ['image'], limits, {
    field: (name, text) => addText(fields, types, name, text),
    file(name) {
      if (name !== 'image')
        throw new AidetError(
          'invalid_request',
          `The file part must be named 'image' (got '${name.slice(0, 50)}')`,
          {
            param: 'image',
          },
        );
      if (files++ > 0)
        throw new AidetError('invalid_request', 'There are several image parts', { param: 'image' });
      return collectFile(imageBytesMax, (bytes) => {
        image = bytes;
      });
    },
  });
  let received = 0;
  return {
    chunk(bytes) {
      received += bytes.byteLength;
      if (received > bytesMax) throw bytesOverLimit(null, imageBytesMax, 'image');
      form.write(Uint8Array.from(bytes));
    },
    async end() {
      await form.end();
      if (image?.byteLength === 0)
        throw new AidetError('invalid_request', 'image is empty', { param: 'image' });
      return namedRequest(fields, image, imageBytesMax);
    },
    abort: () => form.destroy(),
  };
}

/** Keeps the pieces of a file and joins them once, in a buffer of its own. */
export function collectFile(bytesMax: number, done: (bytes: Uint8Array) => void, param = 'image') {
  const pieces: Uint8Array[] = [];
  let size = 0;
  return {
    chunk(bytes: Uint8Array) {
      size += bytes.byteLength;
      if (size > bytesMax) {
        pieces.length = 0;
        throw bytesOverLimit(null, bytesMax, param);
      }
      pieces.push(bytes);
    },
    end() {
      const whole = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.byteLength;
      }
      done(whole);
    },
  };
}
