import { createHash } from 'node:crypto';
import { AidetError } from '../../domain/errors.js';
import { withParam } from '../errors.js';

/** Where the one image of a request is; `param` is the field that gave it, absent for a raw body. */
export type ImageSource = { bytes: Uint8Array; param?: string } | { url: string; param: string };

/** The image's fault, said of the field that it came by. What a URL gave is not the request's fault but the URL's. */
export function blame(error: unknown, source: ImageSource): unknown {
  if (!(error instanceof AidetError)) return error;
  if ('url' in source && error.code === 'invalid_request' && error.param === undefined) {
    const message = `${source.param} gave no valid image: ${error.message}`;
    return new AidetError('image_unfetchable', message, { param: source.param, cause: error });
  }
  const ofTheImage = error.code === 'invalid_request' || error.code.startsWith('image_');
  return ofTheImage ? withParam(error, source.param) : error;
}

/** The same for the same content; a URL is taken at its word. */
export function contentOf(source: ImageSource): string {
  if ('url' in source) return `url ${source.url}`;
  return `sha256 ${createHash('sha256').update(source.bytes).digest('hex')}`;
}
