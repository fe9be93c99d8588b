import type { DetectResult } from '../../pipeline/types.js';
import type { ArtifactUrls } from '../../storage/artifact-urls.js';
import type { ArtifactStore } from '../../storage/artifacts.js';

export interface PictureDeps {
  store: Pick<ArtifactStore, 'put'>;
  urls: Pick<ArtifactUrls, 'sign'>;
  /** What URLs begin with, without a slash at the end; known once the server listens. */
  publicUrl: () => string;
  nowMs: () => number;
  /** Told of a picture that could not be stored; the answer goes out without it. */
  report: (error: unknown) => void;
}

/** Where the client finds the heatmap of a result: a signed URL, a data URL, or nowhere. */
export type HeatmapPlacer = (
  result: DetectResult,
  projectId: string,
  inline: boolean,
) => Promise<string | null>;

/** @param ttlS Life of a stored picture; 0 stores none. */
export function createHeatmapPlacer(deps: PictureDeps, { ttlS }: { ttlS: number }): HeatmapPlacer {
  const { store, urls, publicUrl, nowMs, report } = deps;
  const url = (id: string, expiresMs: number): string => publicUrl() + urls.sign(id, 'image/png', expiresMs);

  return async ({ heatmapPng, memo }, projectId, inline) => {
    if (heatmapPng === null) return null;
    if (inline) return `data:image/png;base64,${Buffer.from(heatmapPng).toString('base64')}`;
    if (ttlS === 0) return null;
    // A cached result names the picture of the first, as long as there is time left to look at it.
    const known = memo.heatmap;
    if (known !== undefined && known.expiresMs - nowMs() > (ttlS * 1000) / 2)
      return url(known.id, known.expiresMs);
    const expiresMs = nowMs() + ttlS * 1000;
    try {
      const id = await store.put(projectId, 'heatmap', heatmapPng, 'image/png', ttlS);
      memo.heatmap = { id, expiresMs };
      return url(id, expiresMs);
    } catch (error) {
      report(error);
      return null;
    }
  };
}
