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

interface Waiting {
  start: () => void;
}

/** After this many starts of a better class one of a worse class goes first, so that none starves. */
const STARTS_BEFORE_AGEING = 8;

export class Admission {
  private images = 0;
  private bytes = 0;
  private busy = 0;
  private passedOver = 0;
  private readonly queues: Set<Waiting>[] = Object.keys(PRIORITY).map(() => new Set());

  constructor(private readonly settings: AdmissionSettings) {}

  /** Holds nothing at first. */
  reserve(): Reservation {
    let held = { images: 0, bytes: 0 };
    const change = (images: number, bytes: number): void => {
      this.images += images - held.images;
      this.bytes += bytes - held.bytes;
      held = { images, bytes };
    };
    return {
      set: (images, bytes) => {
        const { imagesMax, bytesMax } = this.settings;
        const tooMany = images > held.images && this.images - held.images + images > imagesMax;
        if (tooMany || (bytes > held.bytes && this.bytes - held.bytes + bytes > bytesMax)) {
          const what = tooMany ? `${imagesMax} images` : `${bytesMax} bytes`;
          throw new AidetError(
            'service_unavailable',
            `The server is at its limit of ${what} in flight; try again`,
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
      if (queue === undefined) return;
      const [next] = queue as Set<Waiting>;
      queue.delete(next as Waiting);
      (next as Waiting).start();
    }
  }

  private pickQueue(): Set<Waiting> | undefined {
    const filled = this.queues.filter((q) => q.size > 0);
    if (filled.length < 2) {
      this.passedOver = 0;
      return filled[0];
    }
    if (this.passedOver >= STARTS_BEFORE_AGEING) {
      this.passedOver = 0;
      return filled[1];
    }
    this.passedOver++;
    return filled[0];
  }

  load(): { images: number; bytes: number; queuedImages: number } {
    return {
      images: this.images,
      bytes: this.bytes,
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
