/** Requests as clients send them, and as nobody should: arbitraries for the fuzzers of the whole server. */
import fc from 'fast-check';
import { type Body, batchBodies, imageBodies, keyBodies, mostly, text } from './bodies.js';

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Sent in pieces of this size with chunked encoding; 0: at once, with its length. */
  chunkBytes: number;
}

interface Operation {
  method: string;
  path: string;
  body: Body;
}

const NO_BODY: Body = ['', Buffer.alloc(0)];
const KEY = '/v1/keys/key_01M8CEMNGDC7HGSTNFKHGWYZTX';

const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom('include_heatmap', 'model_threshold', 'metadata', 'model', 'limit', 'cursor', 'x'),
          fc.oneof(fc.constantFrom('true', '0.3', '{}', '{', '5'), text),
        ),
        {
          maxLength: 3,
        },
      )
      .map(
        (pairs) =>
          `?${pairs.map(([k, v]) => `${k}=${encodeURIComponent(Buffer.from(v).toString())}`).join('&')}`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '?',
      '?%',
      '?%zz=%',
      '?a=1&a=1',
      `?${'a&'.repeat(500)}`,
      '?include_heatmap=true&include_heatmap=true',
    ),
  },
);

const reading: fc.Arbitrary<Operation> = fc.constantFrom(
  ...[
    '/v1/usage',
    '/v1/health',
    '/v1/keys',
    KEY,
    '/v1/models',
    '/v1/models/aidet-tile',
    '/v1/models/%2e%2e%2f',
    '/v1/artifacts/art_01M8CEMNGDC7HGSTNFKHGWYZTX.png',
    '/livez',
    '/readyz',
    '/metrics',
    '/openapi.json',
    '/docs',
    '/',
    '//',
    '/v1/detect/',
    '/V1/detect',
    '/v1/keys/%00',
    `/${'a'.repeat(2000)}`,
    '/v1/../v1/usage',
  ].map((path) => ({ method: 'GET', path, body: NO_BODY })),
);

function posting(paths: string[], bodies: fc.Arbitrary<Body>): fc.Arbitrary<Operation> {
  return fc.record({ method: fc.constant('POST'), path: fc.constantFrom(...paths), body: bodies });
}

/** @param images Files of all kinds; small ones, since many runs decode them. */
export function fuzzRequests(images: Buffer[], authorizations: string[]): fc.Arbitrary<FuzzRequest> {
  const operation = fc.oneof(
    { weight: 8, arbitrary: posting(['/v1/detect'], imageBodies(images)) },
    { weight: 3, arbitrary: posting(['/v1/forensics', '/v1/c2pa/verify'], imageBodies(images)) },
    { weight: 3, arbitrary: posting(['/v1/detect/batch'], batchBodies(images)) },
    { weight: 2, arbitrary: posting(['/v1/keys', `${KEY}/rotate`], keyBodies) },
    { weight: 3, arbitrary: reading },
  );
  const method = mostly(
    fc.constant(null),
    fc.constantFrom('GET', 'DELETE', 'PATCH', 'PUT', 'HEAD', 'OPTIONS'),
  );
  const path = mostly(
    fc.constant(null),
    fc.oneof(
      fc.webPath().map((p) => p || '/'),
      fc.constant('/v1/detect'),
    ),
  );
  const contentType = mostly(
    fc.constant(null),
    fc.constantFrom(
      'text/plain',
      'application/json; charset=utf-16',
      'multipart/form-data',
      'image/svg+xml',
      'x',
    ),
  );
  const headers = fc.record(
    {
      accept: fc.constantFrom('*/*', 'application/msgpack', 'text/html, application/msgpack;q=0.5', ';;;'),
      authorization: mostly(
        fc.constantFrom(...authorizations),
        fc.constantFrom('Bearer', 'Basic YTpi', 'Bearer x'),
      ),
      'x-request-id': fc.oneof(fc.constantFrom('abc-1', 'a b', 'x'.repeat(200)), fc.base64String()),
    },
    { requiredKeys: ['authorization'] },
  );
  const idempotency = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 3, arbitrary: fc.uuid().map((key) => ({ 'idempotency-key': key })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('k1', 'k2', 'a b', 'x'.repeat(256))
        .map((key) => ({ 'idempotency-key': key })),
    },
  );
  return fc
    .tuple(
      operation,
      method,
      path,
      mostly(fc.constant(''), query),
      contentType,
      fc.tuple(headers, idempotency),
      fc.constantFrom(0, 0, 1000, 7),
    )
    .map(([op, otherMethod, otherPath, search, otherType, given, pieces]) => {
      const method = otherMethod ?? op.method;
      const [type, bytes] = /^(POST|PUT|PATCH)$/.test(method) ? op.body : NO_BODY;
      return {
        method,
        path: `${otherPath ?? op.path}${search}`,
        headers: {
          ...given[0],
          ...given[1],
          ...((otherType ?? type) === '' ? {} : { 'content-type': otherType ?? type }),
        },
        body: bytes,
        // The smallest pieces are for small bodies alone.
        chunkBytes: bytes.length === 0 ? 0 : bytes.length > 5000 && pieces === 7 ? 1000 : pieces,
      };
    });
}
