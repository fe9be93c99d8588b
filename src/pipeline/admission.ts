import { AidetError } from '../domain/errors.js';
import { PRIORITY, type Priority } from '../domain/types.js';

/**
 * Two bounds. Budget: images and bytes between the door and the answer; what does not fit is refused at once.
 * Slots: places in the workers; images wait for one in order of priority, first come first served within it.
 * A waiting image that is aborted leaves the queue at once, so nobody waits behind a client that went away.
 */
export interface AdmissionSettings {
  imagesMax: number;
  bytesMax: number;
  slots: number;
}

/** A share of the budget. */
export interface Reservation {
  /**
   * Holds so much instead of what it held. Throws `service_unavailable` with `retryAfterS` where it does not fit; then what
   * was held stays held. Less always fits.
   */
  set(images: number, bytes: number): void;
  release(): void;
}

/** What is held, and how much may be. */
interface Pool {
  images: number;
  bytes: number;
  imagesMax: number;
  bytesMax: number;
}

interface Waiting {
  start: () => void;
}

/** What all batches together may hold of the budget. */
const BATCH_SHARE = 0.5;

/**
 * Starts of each class where all of them wait without end: interactive, batch, async. A class that is alone has all, and what a
 * class did not use while nobody of it waited is not saved up. Ageing by time would not be fair here: under lasting overload all
 * have waited long, and a batch has many images that wait where a client of single ones has one.
 */
const SHARES = [6, 2, 1] as const;

export class Admission {
  private readonly all: Pool;
  private readonly batches: Pool;
  private busy = 0;
  /** What each class is owed, in starts; the sum is 0. */
  private readonly owed = SHARES.map(() => 0);
  private readonly queues: Set<Waiting>[] = Object.keys(PRIORITY).map(() => new Set());

  /** @param waiting One element, which counts the interactive images that wait for a slot: workers look at it. */
  constructor(
    private readonly settings: AdmissionSettings,
    private readonly waiting: Int32Array<SharedArrayBuffer>,
  ) {
    const { imagesMax, bytesMax } = settings;
    const share = Math.max(1, Math.floor(imagesMax * BATCH_SHARE));
    this.all = { images: 0, bytes: 0, imagesMax, bytesMax };
    this.batches = { images: 0, bytes: 0, imagesMax: share, bytesMax: bytesMax * BATCH_SHARE };
  }

  /** Holds nothing at first. Batches get no more than their share, so that there is room for single images beside them. */
  reserve(priority: Priority): Reservation {
    const pools = priority === 'interactive' ? [this.all] : [this.all, this.batches];
    let mine = { images: 0, bytes: 0 };
    const change = (images: number, bytes: number): void => {
      for (const pool of pools) {
        pool.images += images - mine.images;
        pool.bytes += bytes - mine.bytes;
      }
      mine = { images, bytes };
    };
    const exceeds = (what: 'images' | 'bytes', value: number): boolean =>
      value > mine[what] && pools.some((pool) => pool[what] - mine[what] + value > pool[`${what}Max`]);
    return {
      set: (images, bytes) => {
        const tooMany = exceeds('images', images);
        if (tooMany || exceeds('bytes', bytes)) {
          throw new AidetError(
            'service_unavailable',
            `The server has as many ${tooMany ? 'images' : 'bytes'} in flight as it may; try again`,
            { retryAfterS: 1 },
          );
        }
        change(images, bytes);
      },
      release: () => change(0, 0),
    };
  }

  /** Waits for a worker slot; rejects with the signal's reason. The result frees the slot, once. */
  enter(priority: Priority, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const queue = this.queues[PRIORITY[priority]] as Set<Waiting>;
      const leave = once(() => {
        this.busy--;
        this.startNext();
      });
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener('abort', giveUp);
          this.busy++;
          resolve(leave);
        },
      };
      const giveUp = (): void => {
        queue.delete(waiting);
        this.countWaiting();
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      queue.add(waiting);
      this.startNext();
    });
  }

  private startNext(): void {
    while (this.busy < this.settings.slots) {
      const queue = this.pickQueue();
      if (queue === undefined) break;
      const [next] = queue as Set<Waiting>;
      queue.delete(next as Waiting);
      (next as Waiting).start();
    }
    this.countWaiting();
  }

  private countWaiting(): void {
    Atomics.store(this.waiting, 0, this.queues[PRIORITY.interactive]?.size ?? 0);
  }

  /** Smooth weighted round-robin over the classes of which somebody waits. */
  private pickQueue(): Set<Waiting> | undefined {
    const filled = SHARES.flatMap((share, i) => ((this.queues[i]?.size ?? 0) > 0 ? [{ i, share }] : []));
    const owed = (i: number): number => this.owed[i] as number;
    if (filled.length < 2) {
      this.owed.fill(0);
      return this.queues[filled[0]?.i ?? -1];
    }
    let next = filled[0] as { i: number };
    for (const { i, share } of filled) {
      this.owed[i] = owed(i) + share;
      if (owed(i) > owed(next.i)) next = { i };
    }
    this.owed[next.i] = owed(next.i) - filled.reduce((sum, { share }) => sum + share, 0);
    return this.queues[next.i];
  }

  load(): { images: number; bytes: number; queuedImages: number } {
    return {
      images: this.all.images,
      bytes: this.all.bytes,
      queuedImages: this.queues.reduce((n, q) => n + q.size, 0),
    };
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
