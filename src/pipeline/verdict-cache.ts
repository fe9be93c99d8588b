import type { C2paFinding } from '../domain/conclude.js';
import type { Measurement } from '../domain/types.js';
import type { Forensics } from '../forensics/types.js';

export interface CachedLook {
  measurement: Measurement;
  c2pa: C2paFinding;
  /** Null unless asked for, which is part of the key. */
  forensics: Forensics | null;
  /** Ids of artifacts made from this look, so that a cached answer names the same ones. */
  memo: ArtifactMemo;
}

export type ArtifactMemo = Partial<Record<ArtifactName, { id: string; expiresMs: number }>>;

export type ArtifactName = 'heatmap' | 'ela' | 'spectrum' | 'noise' | 'report';

/**
 * What was measured, by project, content, model and options; bounded in bytes and time. The least recently used
 * goes first: a Map keeps insertion order, and a hit is inserted anew.
 */
export class VerdictCache {
  private readonly entries = new Map<string, { look: CachedLook; bytes: number; made: number }>();
  private bytes = 0;

  constructor(
    private readonly settings: { bytesMax: number; ttlMs: number },
    private readonly now: () => number,
  ) {}

  /** @param ttlMs a life shorter than the cache's own */
  get(key: string, ttlMs = this.settings.ttlMs): CachedLook | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.delete(key);
    if (this.now() - entry.made >= Math.min(ttlMs, this.settings.ttlMs)) return undefined;
    this.entries.set(key, entry);
    this.bytes += entry.bytes;
    return entry.look;
  }

  put(key: string, look: CachedLook): void {
    this.delete(key);
    const bytes = sizeOf(look) + key.length * 2;
    if (bytes > this.settings.bytesMax) return;
    this.entries.set(key, { look, bytes, made: this.now() });
    this.bytes += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.settings.bytesMax) break;
      this.delete(oldest);
    }
  }

  private delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.bytes -= entry.bytes;
  }
}

/** A generous estimate: the pictures, the grid's numbers with their array overhead, and the rest. */
function sizeOf({ measurement, forensics }: CachedLook): number {
  const cells = measurement.grid === null ? 0 : measurement.grid.rows * measurement.grid.cols;
  const pictures = [
    measurement.heatmapPng,
    forensics?.report,
    forensics?.pictures?.ela,
    forensics?.pictures?.spectrum,
    forensics?.pictures?.noise,
  ];
  return (
    4096 +
    pictures.reduce((sum, picture) => sum + (picture?.byteLength ?? 0), 0) +
    (forensics === null ? 0 : FORENSICS_BYTES) +
    cells * 24 +
    measurement.evidence.length * 1024
  );
}

/** Figures and findings without their pictures. */
const FORENSICS_BYTES = 16384;
