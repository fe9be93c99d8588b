import { AidetError } from '../../domain/errors.js';
import { bytesOverLimit } from '../../domain/limits.js';

const DATA_URI = /^data:[^,]{0,200};base64,/i;

/**
 * Bytes of base64 text in the standard or URL-safe alphabet, padded or not, with an optional `data:` prefix; line breaks
 * are passed over. Throws `image_too_large` before memory is taken, and `invalid_request` for any other character.
 */
export function decodeBase64(given: string, bytesMax: number, param: string): Uint8Array<ArrayBuffer> {
  let text = given.startsWith('data:') ? stripDataUri(given, param) : given;
  let decoded = decodeExactly(text, bytesMax, param);
  if (decoded === undefined) {
    text = text.replace(/[\r\n\t ]+/g, '');
    decoded = decodeExactly(text, bytesMax, param);
  }
  if (decoded === undefined) throw new AidetError('invalid_request', `${param} is not base64`, { param });
  if (decoded.byteLength === 0) throw new AidetError('invalid_request', `${param} is empty`, { param });
  return decoded;
}

/** Node's decoder passes over what it does not know; a text is good where it gave all the bytes its length promises. */
function decodeExactly(text: string, bytesMax: number, param: string): Uint8Array<ArrayBuffer> | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  if (digits % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) return undefined;
  const bytes = Math.floor((digits * 3) / 4);
  if (bytes > bytesMax) throw bytesOverLimit(bytes, bytesMax, param);
  const buffer = new Uint8Array(bytes);
  const written = Buffer.from(buffer.buffer).write(text, 'base64');
  return written === bytes ? buffer : undefined;
}

function stripDataUri(text: string, param: string): string {
  const prefix = DATA_URI.exec(text.slice(0, 256));
  if (prefix === null) {
    throw new AidetError('invalid_request', `${param} is a data: URI without ';base64,'`, { param });
  }
  return text.slice(prefix[0].length);
}
