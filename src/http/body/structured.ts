import { AidetError } from '../../domain/errors.js';
import { decodeMsgpack } from './msgpack.js';

export type Fields = Record<string, unknown>;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** An object out of JSON bytes. Throws `invalid_request`; the message never shows the text. */
export function parseJsonObject(bytes: Uint8Array): Fields {
  if (bytes.byteLength === 0)
    throw new AidetError('invalid_request', 'The body is empty; a JSON object is expected');
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw new AidetError('invalid_request', `The body is not valid JSON${placeOf(error)}`);
  }
  return object(value, 'JSON');
}

/** A map out of MessagePack bytes; binary values are views of `bytes`. Throws `invalid_request`. */
export function parseMsgpackObject(bytes: Uint8Array): Fields {
  let value: unknown;
  try {
    value = decodeMsgpack(bytes);
  } catch {
    throw new AidetError('invalid_request', 'The body is not valid MessagePack');
  }
  return object(value, 'MessagePack');
}

function object(value: unknown, format: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new AidetError('invalid_request', `The body must be a ${format} object`);
  }
  return value as Fields;
}

/** V8 puts the place into its message, and a piece of the text, which is not repeated. */
function placeOf(error: unknown): string {
  if (error instanceof TypeError) return ' (not UTF-8)';
  const place = error instanceof Error ? /at position (\d+)/.exec(error.message) : null;
  return place === null ? '' : ` (at byte ${place[1]})`;
}
