import { AidetError } from '../../domain/errors.js';
import type { Headers } from '../engine/types.js';

export type BodyKind = 'json' | 'msgpack' | 'multipart' | 'raw';

/** Which of the four forms a body has, by its Content-Type. Throws `invalid_request`. */
export function bodyKind(headers: Headers): BodyKind {
  const given = headers.get('content-type') ?? '';
  const type = (given.split(';', 1)[0] as string).trim().toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === 'application/msgpack' || type === 'application/x-msgpack') return 'msgpack';
  if (type === 'multipart/form-data') return 'multipart';
  if (type === 'application/octet-stream' || type.startsWith('image/')) return 'raw';
  const seen = type === '' ? 'none' : `'${type.slice(0, 100)}'`;
  throw new AidetError(
    'invalid_request',
    `Content-Type must be application/json, application/msgpack, multipart/form-data, image/* or application/octet-stream (got ${seen})`,
  );
}
