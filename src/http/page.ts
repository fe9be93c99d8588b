import { AidetError } from '../domain/errors.js';

/** `limit` and `cursor` of a list's query. Throws `invalid_request`. */
export function page(query: URLSearchParams): { limit?: number; cursor?: string } {
  const limit = query.get('limit');
  const cursor = query.get('cursor');
  if (limit !== null && !/^([1-9]\d?|100)$/.test(limit))
    throw new AidetError('invalid_request', 'limit must be a whole number from 1 to 100', { param: 'limit' });
  return {
    ...(limit === null ? {} : { limit: Number(limit) }),
    ...(cursor === null ? {} : { cursor }),
  };
}
