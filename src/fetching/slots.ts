/** Counts work in progress, in all and by key, and lets the rest wait in order. */
export interface Slots {
  /**
   * Takes a place; the result gives it back, once, however often it is called.
   * Rejects with the signal's reason where it is aborted first.
   */
  take(key: string, signal: AbortSignal): Promise<() => void>;
  /** Places taken now. */
  taken(): number;
}

interface Waiting {
  key: string;
  start(): void;
}

export function createSlots(settings: { total: number; perKey: number }): Slots {
  const byKey = new Map<string, number>();
  const waiting: Waiting[] = [];
  let taken = 0;

  const isFree = (key: string) => taken < settings.total && (byKey.get(key) ?? 0) < settings.perKey;

  function occupy(key: string): () => void {
    taken += 1;
    byKey.set(key, (byKey.get(key) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      taken -= 1;
      const left = (byKey.get(key) as number) - 1;
      if (left === 0) byKey.delete(key);
      else byKey.set(key, left);
      wakeNext();
    };
  }

  /** The first in line whose key has room: a busy host does not hold up the others. */
  function wakeNext(): void {
    const place = waiting.findIndex(({ key }) => isFree(key));
    if (place >= 0) waiting.splice(place, 1)[0]?.start();
  }

  function take(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (isFree(key)) return Promise.resolve(occupy(key));
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        key,
        start: () => {
          signal.removeEventListener('abort', giveUp);
          resolve(occupy(key));
        },
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(entry);
    });
  }

  return { take: async (key, signal) => take(key, signal), taken: () => taken };
}
