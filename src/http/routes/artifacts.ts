import type { Accounts } from '../../accounts/types.js';
import { AidetError } from '../../domain/errors.js';
import type { ArtifactUrls } from '../../storage/artifact-urls.js';
import type { Artifact, ArtifactStore } from '../../storage/artifacts.js';
import { noBody, type Route, route } from '../exchange.js';

export interface ArtifactDeps {
  accounts: Pick<Accounts, 'project'>;
  store: Pick<ArtifactStore, 'get'>;
  urls: Pick<ArtifactUrls, 'verify'>;
  nowMs: () => number;
}

/** Whatever an artifact holds, it runs nothing and loads nothing; reports bring their own style. */
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/** GET /v1/artifacts/{id}.png and .html: by a signed URL, without a key. */
export function artifactRoutes({ accounts, store, urls, nowMs }: ArtifactDeps): Route[] {
  /** What was stored while the project allowed more ends by what it allows now. */
  function lifeLeftS({ projectId, madeMs, expiresMs }: Artifact): number {
    const { artifactsS } = accounts.project(projectId).retention;
    const endMs = artifactsS === null ? expiresMs : Math.min(expiresMs, madeMs + artifactsS * 1000);
    return Math.max(0, (endMs - nowMs()) / 1000);
  }

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
        const lifeS = artifact === null ? 0 : lifeLeftS(artifact);
        if (artifact === null || lifeS === 0)
          throw new AidetError('not_found', 'There is no such artifact, or its URL has expired');
        return {
          bytes: artifact.bytes,
          contentType: artifact.contentType,
          headers: [
            ['Cache-Control', `private, max-age=${Math.floor(lifeS)}`],
            ['Content-Security-Policy', POLICY],
            // The picture may be shown by pages of other origins.
            ['Cross-Origin-Resource-Policy', 'cross-origin'],
          ],
        };
      },
    }),
  );
}
