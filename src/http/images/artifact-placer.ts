import type { Principal } from '../../accounts/types.js';
import type { Forensics } from '../../forensics/types.js';
import type { DetectResult } from '../../pipeline/types.js';
import type { ArtifactMemo, ArtifactName } from '../../pipeline/verdict-cache.js';
import type { ArtifactType, ArtifactUrls } from '../../storage/artifact-urls.js';
import type { ArtifactStore } from '../../storage/artifacts.js';
import type { ForensicUrls } from './present-forensics.js';

export interface PlacerDeps {
  store: Pick<ArtifactStore, 'put'>;
  urls: Pick<ArtifactUrls, 'sign'>;
  /** What URLs begin with, without a slash at the end; known once the server listens. */
  publicUrl: () => string;
  nowMs: () => number;
  /** Told of an artifact that could not be stored; the answer goes out without it. */
  report: (error: unknown) => void;
}

/** Whose artifacts they are, and how long they may be kept. */
export type Owner = Pick<Principal, 'projectId' | 'retention'>;

/** Stores what an answer shows by URL. */
export interface ArtifactPlacer {
  /**
   * Signed URLs of what forensics drew; null where there is nothing or nothing is stored.
   * @param memo artifacts of the same result that were stored before; what is stored now is added.
   */
  placeForensics(forensics: Forensics, owner: Owner, memo: ArtifactMemo): Promise<ForensicUrls>;
  /** The same for a verdict; `inline` makes the heatmap a data URL and stores none. */
  placeDetection(result: DetectResult, owner: Owner, inline: boolean): Promise<DetectionUrls>;
}

export interface DetectionUrls {
  heatmap: string | null;
  /** Null where forensics were not asked for. */
  forensics: ForensicUrls | null;
}

/** @param settings.ttlS Life of a stored artifact where the project does not say; 0 stores none. */
export function createArtifactPlacer(deps: PlacerDeps, settings: { ttlS: number }): ArtifactPlacer {
  const { store, urls, publicUrl, nowMs, report } = deps;

  async function place(
    name: ArtifactName,
    bytes: Uint8Array | null | undefined,
    { projectId, retention }: Owner,
    memo: ArtifactMemo,
  ): Promise<string | null> {
    const ttlS = retention.artifactsS ?? settings.ttlS;
    if (bytes === null || bytes === undefined || ttlS === 0) return null;
    const type: ArtifactType = name === 'report' ? 'text/html; charset=utf-8' : 'image/png';
    const url = (id: string, expiresMs: number): string => publicUrl() + urls.sign(id, type, expiresMs);
    // A cached result names the artifacts of the first, as long as there is time left to look at them.
    const known = memo[name];
    const leftMs = known === undefined ? 0 : known.expiresMs - nowMs();
    if (known !== undefined && leftMs > (ttlS * 1000) / 2 && leftMs <= ttlS * 1000)
      return url(known.id, known.expiresMs);
    const expiresMs = nowMs() + ttlS * 1000;
    try {
      const id = await store.put(projectId, name, bytes, type, ttlS);
      memo[name] = { id, expiresMs };
      return url(id, expiresMs);
    } catch (error) {
      report(error);
      return null;
    }
  }

  async function placeForensics(
    { pictures, report: page }: Forensics,
    owner: Owner,
    memo: ArtifactMemo,
  ): Promise<ForensicUrls> {
    return {
      ela_url: await place('ela', pictures?.ela, owner, memo),
      spectrum_url: await place('spectrum', pictures?.spectrum, owner, memo),
      noise_url: await place('noise', pictures?.noise, owner, memo),
      report_url: await place('report', page, owner, memo),
    };
  }

  return {
    placeForensics,
    async placeDetection({ heatmapPng, forensics, memo }, owner, inline) {
      const heatmap =
        inline && heatmapPng !== null
          ? `data:image/png;base64,${Buffer.from(heatmapPng).toString('base64')}`
          : await place('heatmap', heatmapPng, owner, memo);
      return { heatmap, forensics: forensics && (await placeForensics(forensics, owner, memo)) };
    },
  };
}
