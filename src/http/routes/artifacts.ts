import { AidetError } from '../../domain/errors.js';
import type { ArtifactUrls } from '../../storage/artifact-urls.js';
import type { ArtifactStore } from '../../storage/artifacts.js';
import { noBody, type Route, route } from '../exchange.js';

export interface ArtifactDeps {
  store: Pick<ArtifactStore, 'get'>;
  urls: Pick<ArtifactUrls, 'verify'>;
  nowMs: () => number;
}

/** Whatever an artifact holds, it runs nothing and loads nothing; reports bring their own style. */
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/** GET /v1/artifacts/{id}.png and .html: by a signed URL, without a key. */
export function artifactRoutes({ store, urls, nowMs }: ArtifactDeps): Route[] {
  return (['png', 'html'] as const).map((extension) =>
    route({
      operationId: extension === 'png' ? 'getArtifactPicture' : 'getArtifactReport',
      method: 'GET',
      path: `/v1/artifacts/{id}.${extension}`,
      endpoint: null,
      read: noBody,
      async handle({ params, query }) {
        const id = params.id as string;
        const signed = urls.verify(`${id}.${extension}`, query.get('exp'), query.get('sig'));
        const artifact = signed ? await store.get(id) : null;
        // One answer for wrong, expired and deleted: it tells nothing of what there is.
        if (artifact === null)
          throw new AidetError('not_found', 'There is no such artifact, or its URL has expired');
        const lifeS = Math.max(0, Math.floor((artifact.expiresMs - nowMs()) / 1000));
        return {
          bytes: artifact.bytes,
          contentType: artifact.contentType,
          headers: [
            ['Cache-Control', `private, max-age=${lifeS}`],
            ['Content-Security-Policy', POLICY],
            // The picture may be shown by pages of other origins.
            ['Cross-Origin-Resource-Policy', 'cross-origin'],
          ],
        };
      },
    }),
  );
}
