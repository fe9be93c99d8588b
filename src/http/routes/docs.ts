/** A viewer of /openapi.json that works without the internet: Swagger UI from its package, and a page around it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AidetError } from '../../domain/errors.js';
import { type Answer, noBody, type Route, route } from '../exchange.js';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>aidet API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="viewer"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#viewer', deepLinking: true, tryItOutEnabled: true, validatorUrl: null });
`;

/** Nothing from elsewhere, no inline script; the viewer sets styles and data: images of its own. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SCRIPT = 'text/javascript; charset=utf-8';
const FROM_PACKAGE: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': SCRIPT,
};

/** GET /docs, /docs/{file} */
export function docsRoutes(): Route[] {
  const read = new Map<string, Promise<Uint8Array>>();

  async function file(name: string): Promise<Answer> {
    const headers: [string, string][] = [['Cache-Control', 'public, max-age=86400']];
    if (name === 'start.js') return { bytes: Buffer.from(START), contentType: SCRIPT, headers };
    const contentType = Object.hasOwn(FROM_PACKAGE, name) ? FROM_PACKAGE[name] : undefined;
    if (contentType === undefined) throw new AidetError('not_found', 'The documentation has no such file');
    if (!read.has(name)) read.set(name, readFile(join(viewerFolder(), name)));
    return { bytes: await (read.get(name) as Promise<Uint8Array>), contentType, headers };
  }

  return [
    route({
      operationId: 'docs',
      method: 'GET',
      path: '/docs',
      endpoint: null,
      read: noBody,
      handle: () => ({
        bytes: Buffer.from(PAGE),
        contentType: 'text/html; charset=utf-8',
        headers: [['Content-Security-Policy', POLICY]],
      }),
    }),
    route({
      operationId: 'docsFile',
      method: 'GET',
      path: '/docs/{file}',
      endpoint: null,
      read: noBody,
      handle: ({ params }) => file(params.file as string),
    }),
  ];
}

function viewerFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
