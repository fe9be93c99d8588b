import type { Allowlist } from './allowlist.js';
import type { HashedKey } from './store.js';
import type { Principal } from './types.js';

/** A key as it was when it was read, with everything that a request needs of it. */
export interface KnownKey {
  key: HashedKey;
  principal: Principal;
  allowlist: Allowlist;
}

/** Keys by the hexadecimal form of their hash; the least recently used goes first (a Map keeps the order of insertion). */
export class KeyCache {
  private readonly entries = new Map<string, KnownKey>();

  constructor(private readonly entriesMax = 10_000) {}

  get(hash: string): KnownKey | undefined {
    const entry = this.entries.get(hash);
    if (entry !== undefined) {
      this.entries.delete(hash);
      this.entries.set(hash, entry);
    }
    return entry;
  }

  put(hash: string, entry: KnownKey): void {
    this.entries.set(hash, entry);
    if (this.entries.size <= this.entriesMax) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      break;
    }
  }

  clear(): void {
    this.entries.clear();
  }
}
