import fc from 'fast-check';
import { test } from 'tap';
import { RateLimiter, type RateLimits, RateWindow } from '../../src/domain/rate-window.js';

/** The rule as the contract says it, over the list of all admitted requests. */
class NaiveLimiter {
  private readonly admitted: number[] = [];

  constructor(private readonly limits: RateLimits) {}

  private within(now: number, windowMs: number): number {
    return this.admitted.filter((at) => at > now - windowMs).length;
  }

  free(now: number): number {
    const { sustainedRps, burstRps } = this.limits;
    const minute =
      sustainedRps === null ? Infinity : Math.floor(sustainedRps * 60 + 1e-3) - this.within(now, 60_000);
    const second = burstRps === null ? Infinity : burstRps - this.within(now, 1000);
    return Math.min(minute, second);
  }

  admit(now: number): boolean {
    if (this.free(now) < 1) return false;
    this.admitted.push(now);
    return true;
  }
}

/** Gaps between arrivals: bursts at one moment, steady rates, and pauses around both windows. */
const gap = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 2, arbitrary: fc.integer({ min: 100, max: 1100 }) },
  { weight: 1, arbitrary: fc.constantFrom(999, 1000, 1001, 59_999, 60_000, 60_001) },
);
const limits = fc.record({
  sustainedRps: fc.option(fc.constantFrom(1 / 60, 0.1, 0.5, 1, 2, 3.7), { nil: null }),
  burstRps: fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }),
});

test('admits exactly what the rule admits, whenever requests arrive', async (t) => {
  fc.assert(
    fc.property(limits, fc.array(gap, { minLength: 50, maxLength: 400 }), (given, gaps) => {
      const limiter = new RateLimiter();
      const naive = new NaiveLimiter(given);
      let now = 12_345;
      for (const ms of gaps) {
        now += ms;
        const free = Math.max(0, naive.free(now));
        const cap = given.sustainedRps === null ? Infinity : Math.max(1, Math.floor(given.sustainedRps));
        if (limiter.remaining(now, given) !== Math.min(free, cap)) return false;
        const waitMs = limiter.admit(now, given);
        if ((waitMs === 0) !== naive.admit(now)) return false;
        if (waitMs === 0) continue;
        // The wait is exact: one millisecond earlier nothing fits, at its end one does.
        if (naive.free(now + waitMs - 1) >= 1 || naive.free(now + waitMs) < 1) return false;
      }
      return true;
    }),
    { numRuns: 150 },
  );
  t.pass();
});

test('after the reset as many requests fit as ever do at once', async (t) => {
  fc.assert(
    fc.property(limits, fc.array(gap, { minLength: 1, maxLength: 100 }), (given, gaps) => {
      const limiter = new RateLimiter();
      let now = 0;
      for (const ms of gaps) {
        now += ms;
        limiter.admit(now, given);
      }
      const most = new RateLimiter().remaining(0, given);
      const resetMs = limiter.resetMs(now, given);
      if (resetMs > 0 && limiter.remaining(now + resetMs - 1, given) === most) return false;
      return limiter.remaining(now + resetMs, given) === most;
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('no sliding window of the outcome holds too many', async (t) => {
  const given = { sustainedRps: 2, burstRps: 5 };
  const limiter = new RateLimiter();
  const admitted: number[] = [];
  for (let now = 0; now < 400_000; now += 37) if (limiter.admit(now, given) === 0) admitted.push(now);
  const most = (windowMs: number): number =>
    Math.max(...admitted.map((from) => admitted.filter((at) => at >= from && at < from + windowMs).length));
  t.equal(most(1000), 5);
  t.equal(most(60_000), 120);
});

test('fractions of milliseconds do not let more through', async (t) => {
  const limiter = new RateLimiter();
  const given = { sustainedRps: null, burstRps: 1 };
  t.equal(limiter.admit(1000.9, given), 0);
  t.ok(limiter.admit(1999.99, given) > 0);
  t.equal(limiter.admit(2000, given), 0);
});

test('time that runs backwards stands still', async (t) => {
  const window = new RateWindow(1000);
  window.add(5000);
  window.add(4000);
  t.equal(window.count(4500), 2);
  t.equal(window.waitMs(0, 2, 1), 1000);
  t.equal(window.count(6000), 0);
});

test('limits may change at any moment', async (t) => {
  const limiter = new RateLimiter();
  for (let i = 0; i < 5; i++) t.equal(limiter.admit(0, { sustainedRps: 2, burstRps: 5 }), 0);
  t.equal(limiter.admit(0, { sustainedRps: 2, burstRps: 5 }), 1000);
  t.equal(limiter.admit(0, { sustainedRps: 2, burstRps: 6 }), 0);
  t.equal(limiter.admit(0, { sustainedRps: null, burstRps: null }), 0);
  t.equal(limiter.remaining(0, { sustainedRps: null, burstRps: null }), Number.POSITIVE_INFINITY);
});
