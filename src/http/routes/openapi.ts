import { noBody, route } from '../exchange.js';
import { OPENAPI_JSON } from '../generated/document.js';

/** GET /openapi.json */
export function openapiRoute() {
  const bytes = new TextEncoder().encode(OPENAPI_JSON);
  return route({
    operationId: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    endpoint: null,
    read: noBody,
    handle: () => ({
      bytes,
      contentType: 'application/json',
      headers: [['Cache-Control', 'public, max-age=300']],
    }),
  });
}
