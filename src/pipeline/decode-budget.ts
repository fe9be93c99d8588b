/**
 * Bounds the decoded pixels of all workers together. The count lies in shared memory, in KiB; an image that does
 * not fit waits until others have given theirs back, or its request is cancelled.
 */
const KIB = 1024;

/** A waiter looks again after this time even if nobody woke it: it may be cancelled meanwhile. */
const RECHECK_MS = 50;

export class DecodeBudget {
  /** @param shared one element, zero at start: KiB in use */
  constructor(
    private readonly shared: Int32Array<SharedArrayBuffer>,
    private readonly bytesMax: number,
  ) {}

  static shared(): Int32Array<SharedArrayBuffer> {
    return new Int32Array(new SharedArrayBuffer(4));
  }

  /**
   * Takes `bytes`, waiting while they do not fit; one image larger than the whole budget goes alone.
   * False where `cancelled` became true first.
   */
  async take(bytes: number, cancelled: () => boolean): Promise<boolean> {
    const need = this.share(bytes);
    while (!cancelled()) {
      const used = Atomics.load(this.shared, 0);
      if (used + need > this.max()) {
        const wait = Atomics.waitAsync(this.shared, 0, used, RECHECK_MS);
        if (wait.async) await wait.value;
      } else if (Atomics.compareExchange(this.shared, 0, used, used + need) === used) {
        return true;
      }
    }
    return false;
  }

  giveBack(bytes: number): void {
    Atomics.sub(this.shared, 0, this.share(bytes));
    Atomics.notify(this.shared, 0);
  }

  private max(): number {
    return Math.floor(this.bytesMax / KIB);
  }

  private share(bytes: number): number {
    return Math.min(Math.ceil(bytes / KIB), this.max());
  }
}
