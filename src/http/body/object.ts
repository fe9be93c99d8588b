import { AidetError } from '../../domain/errors.js';
import type { BodyReader, Exchange } from '../exchange.js';
import { collectBody } from './buffer.js';
import { type Fields, parseJsonObject, parseMsgpackObject } from './structured.js';

const BYTES_MAX = 64_000;

/** A small body of fields alone; none at all is an empty object. */
export function objectBody({ head, length }: Pick<Exchange, 'head' | 'length'>): BodyReader<Fields> {
  const type = ((head.headers.get('content-type') ?? '').split(';', 1)[0] as string).trim().toLowerCase();
  const isMsgpack = type === 'application/msgpack' || type === 'application/x-msgpack';
  const collected = collectBody(length, BYTES_MAX, () => {
    return new AidetError('invalid_request', `The body may have at most ${BYTES_MAX} bytes`);
  });
  return {
    ...collected,
    async end() {
      const bytes = await collected.end();
      if (bytes.byteLength === 0) return {};
      if (isMsgpack) return parseMsgpackObject(bytes);
      if (type === 'application/json') return parseJsonObject(bytes);
      throw new AidetError('invalid_request', 'Content-Type must be application/json or application/msgpack');
    },
  };
}
