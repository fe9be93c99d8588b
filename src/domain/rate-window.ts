/**
 * Rate limits by sliding windows, exact on a clock of whole milliseconds: two events exactly one window apart are not in
 * the same window. A window keeps one run a millisecond in which something happened, so its memory is bounded by its
 * length, whatever the rate.
 */

/** Counts events of the last `windowMs` milliseconds. Time that runs backwards stands still. */
export class RateWindow {
  private times = new Float64Array(16);
  private counts = new Float64Array(16);
  private first = 0;
  private runs = 0;
  private total = 0;
  private latestMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly windowMs: number) {}

  count(nowMs: number): number {
    this.advance(nowMs);
    return this.total;
  }

  add(nowMs: number): void {
    const now = this.advance(nowMs);
    this.total++;
    const last = this.slot(this.runs - 1);
    if (this.runs > 0 && this.times[last] === now) {
      this.counts[last] = (this.counts[last] ?? 0) + 1;
      return;
    }
    if (this.runs === this.times.length) this.grow();
    const slot = this.slot(this.runs++);
    this.times[slot] = now;
    this.counts[slot] = 1;
  }

  /** Milliseconds until `wanted` events fit under `limit` at once; 0: now. More than `limit` are taken for `limit`. */
  waitMs(nowMs: number, limit: number, wanted: number): number {
    const now = this.advance(nowMs);
    let surplus = this.total + Math.min(wanted, limit) - limit;
    for (let run = 0; surplus > 0 && run < this.runs; run++) {
      surplus -= this.counts[this.slot(run)] ?? 0;
      if (surplus <= 0) return (this.times[this.slot(run)] ?? 0) + this.windowMs - now;
    }
    return 0;
  }

  /** Forgets what has left the window; gives the time in whole milliseconds. */
  private advance(nowMs: number): number {
    this.latestMs = Math.max(this.latestMs, Math.floor(nowMs));
    const gone = this.latestMs - this.windowMs;
    while (this.runs > 0 && (this.times[this.first] ?? 0) <= gone) {
      this.total -= this.counts[this.first] ?? 0;
      this.first = this.slot(1);
      this.runs--;
    }
    return this.latestMs;
  }

  private slot(run: number): number {
    return (this.first + run) & (this.times.length - 1);
  }

  private grow(): void {
    const times = new Float64Array(this.times.length * 2);
    const counts = new Float64Array(times.length);
    for (let run = 0; run < this.runs; run++) {
      times[run] = this.times[this.slot(run)] ?? 0;
      counts[run] = this.counts[this.slot(run)] ?? 0;
    }
    this.times = times;
    this.counts = counts;
    this.first = 0;
  }
}

export interface RateLimits {
  /** Requests a second, at most 60 times this in any 60 s; null: unlimited. */
  sustainedRps: number | null;
  /** At most this in any second; null: unlimited. */
  burstRps: number | null;
}

/** Both limits of a plan on one stream of requests. Limits are given at each call, so they may change at any time. */
export class RateLimiter {
  private readonly minute = new RateWindow(60_000);
  private readonly second = new RateWindow(1000);

  /** 0: counted. Otherwise nothing is counted, and so many milliseconds pass before a request fits. */
  admit(nowMs: number, limits: RateLimits): number {
    const waitMs = this.waitMs(nowMs, limits, 1);
    if (waitMs > 0) return waitMs;
    // Without a limit nothing is remembered: the window of a project that has none must cost nothing.
    if (limits.sustainedRps !== null) this.minute.add(nowMs);
    if (limits.burstRps !== null) this.second.add(nowMs);
    return 0;
  }

  /** Requests that could be sent at once now, at most the sustained rate; Infinity where nothing limits. */
  remaining(nowMs: number, { sustainedRps, burstRps }: RateLimits): number {
    let free = Number.POSITIVE_INFINITY;
    if (sustainedRps !== null)
      free = Math.min(atOnce(sustainedRps), inMinute(sustainedRps) - this.minute.count(nowMs));
    if (burstRps !== null) free = Math.min(free, burstRps - this.second.count(nowMs));
    return Math.max(0, free);
  }

  /** Milliseconds until `remaining` is as large as it gets. */
  resetMs(nowMs: number, limits: RateLimits): number {
    return this.waitMs(nowMs, limits, atOnce(limits.sustainedRps ?? limits.burstRps ?? 1));
  }

  private waitMs(nowMs: number, { sustainedRps, burstRps }: RateLimits, wanted: number): number {
    const sustained = sustainedRps === null ? 0 : this.minute.waitMs(nowMs, inMinute(sustainedRps), wanted);
    const burst = burstRps === null ? 0 : this.second.waitMs(nowMs, burstRps, wanted);
    return Math.max(sustained, burst);
  }
}

/** A thousandth of slack keeps 60 x 1/60 at 1 where the product of the floats falls short of it. */
function inMinute(sustainedRps: number): number {
  return Math.floor(sustainedRps * 60 + 1e-3);
}

function atOnce(sustainedRps: number): number {
  return Math.max(1, Math.floor(sustainedRps));
}
