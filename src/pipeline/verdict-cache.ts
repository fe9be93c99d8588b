import type { C2paFinding } from '../domain/conclude.js';
import type { Measurement } from '../domain/types.js';

export interface CachedLook {
  measurement: Measurement;
  c2pa: C2paFinding;
  /** Ids of artifacts made from this look, so that a cached answer names the same ones. */
  memo: ArtifactMemo;
}

export interface ArtifactMemo {
  heatmap?: { id: string; expiresMs: number };
}

/**
 * What was measured, by project, content, model and options; bounded in bytes and time. The least recently used
 * goes first: a Map keeps insertion order, and a hit is inserted anew.
 */
export class VerdictCache {
  private readonly entries = new Map<string, { look: CachedLook; bytes: number; expires: number }>();
  private bytes = 0;

  constructor(
    private readonly settings: { bytesMax: number; ttlMs: number },
    private readonly now: () => number,
  ) {}

  get(key: string): CachedLook | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.delete(key);
    if (entry.expires <= this.now()) return undefined;
    this.entries.set(key, entry);
    this.bytes += entry.bytes;
    return entry.look;
  }

  put(key: string, look: CachedLook): void {
    this.delete(key);
    const bytes = sizeOf(look) + key.length * 2;
    if (bytes > this.settings.bytesMax) return;
    this.entries.set(key, { look, bytes, expires: this.now() + this.settings.ttlMs });
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

/** A generous estimate: the picture, the grid's numbers with their array overhead, and the rest. */
function sizeOf({ measurement }: CachedLook): number {
  const cells = measurement.grid === null ? 0 : measurement.grid.rows * measurement.grid.cols;
  return 4096 + (measurement.heatmapPng?.byteLength ?? 0) + cells * 24 + measurement.evidence.length * 1024;
}
