import { AidetError } from '../domain/errors.js';
import type { PlanLimits } from '../domain/plans.js';
import { RateLimiter } from '../domain/rate-window.js';
import type { Charge, UsageReport } from './types.js';
import { Pending, type Side, type UsageStore } from './usage-store.js';

/** Scans of one calendar month. */
interface Month {
  name: string;
  /** On disk when it was last read, and committed from here since. */
  committed: number;
  /** Granted and not settled yet. */
  held: number;
}

/**
 * Rate, quota and batches of one side of a project. Everything here runs on one thread without a pause, so a check and what it
 * takes are one step, however many requests come at once.
 */
export class Meter {
  readonly pending = new Pending();
  readonly rate = new RateLimiter();
  private month: Month | undefined;
  private batches = 0;
  /** Charges and batches that have not ended: the meter must not be forgotten. */
  private open = 0;
  private touchedMs = 0;

  constructor(
    readonly side: Side,
    private readonly store: UsageStore,
    /** Called when something waits for the next commit. */
    private readonly changed: (meter: Meter) => void,
  ) {}

  addRequest(nowMs: number, endpoint: string): void {
    this.pending.addRequest(monthOf(this.touch(nowMs)), endpoint);
    this.changed(this);
  }

  charge(nowMs: number, scans: number, { scansPerMonth }: PlanLimits): Charge {
    const atMs = this.touch(nowMs);
    const month = this.current(atMs);
    const left = scansPerMonth === null ? scans : scansPerMonth - this.used(month) - month.held;
    if (left <= 0 && scans > 0)
      throw new AidetError(
        'payment_required',
        `Monthly quota of ${scansPerMonth} scans is used up; it starts anew on ${nextMonth(month.name)}-01 (UTC)`,
      );
    const granted = Math.min(scans, left);
    month.held += granted;
    this.open++;
    let settled = false;
    return {
      granted,
      settle: (used) => {
        if (settled) throw new Error('A charge was settled twice');
        if (!Number.isInteger(used) || used < 0 || used > granted)
          throw new RangeError(`${used} of ${granted} granted scans can not be used`);
        settled = true;
        this.open--;
        month.held -= granted;
        // Counted in the month that it was taken from, so that no month exceeds its quota.
        this.pending.addScans(dayOf(atMs), used);
        if (used > 0) this.changed(this);
      },
    };
  }

  beginBatch({ concurrentBatches }: PlanLimits): () => void {
    if (concurrentBatches !== null && this.batches >= concurrentBatches)
      throw new AidetError(
        'rate_limited',
        `The plan allows ${concurrentBatches} batch${concurrentBatches === 1 ? '' : 'es'} at once`,
        { retryAfterS: 1 },
      );
    this.batches++;
    this.open++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.batches--;
      this.open--;
    };
  }

  usage(nowMs: number, limits: PlanLimits): Omit<UsageReport, 'project' | 'plan' | 'livemode'> {
    const month = monthOf(nowMs);
    const byDay = new Map(this.store.scansByDay(this.side, month).map(({ day, scans }) => [day, scans]));
    for (const [day, scans] of this.pending.scans) {
      if (day.startsWith(month)) byDay.set(day, (byDay.get(day) ?? 0) + scans);
    }
    const requests: Record<string, number> = {};
    for (const row of this.store.requestsByEndpoint(this.side, month)) requests[row.endpoint] = row.requests;
    for (const [key, count] of this.pending.requests) {
      const [keyMonth, endpoint = ''] = key.split(' ');
      if (keyMonth === month) requests[endpoint] = (requests[endpoint] ?? 0) + count;
    }
    const used = [...byDay.values()].reduce((sum, scans) => sum + scans, 0);
    const quota = limits.scansPerMonth;
    const { sustainedRps, burstRps } = limits;
    return {
      period: { start: `${month}-01T00:00:00Z`, end: `${nextMonth(month)}-01T00:00:00Z` },
      scans: { used, quota, remaining: quota === null ? null : Math.max(0, quota - used) },
      requests,
      rateLimit: { sustainedRps, burstRps },
      concurrentBatches: { inFlight: this.batches, limit: limits.concurrentBatches },
      daily: daysUntil(nowMs).map((date) => ({ date, scans: byDay.get(date) ?? 0 })),
    };
  }

  /** What waited is on disk. */
  committed(): void {
    if (this.month !== undefined) this.month.committed += this.waiting(this.month);
    this.pending.clear();
  }

  /** Another process may have counted too: look again before the next charge. */
  refresh(): void {
    if (this.month !== undefined) this.month.committed = this.read(this.month.name);
  }

  /** True where forgetting the meter changes nothing: no charge or batch is open, nothing waits, the windows are empty. */
  isIdle(nowMs: number): boolean {
    return this.open === 0 && this.pending.isEmpty() && nowMs - this.touchedMs > 60_000;
  }

  /** Time that never runs backwards: a month that is over is not opened again. */
  private touch(nowMs: number): number {
    this.touchedMs = Math.max(this.touchedMs, nowMs);
    return this.touchedMs;
  }

  private current(atMs: number): Month {
    const name = monthOf(atMs);
    if (this.month === undefined || this.month.name < name)
      this.month = { name, committed: this.read(name), held: 0 };
    return this.month;
  }

  private read(month: string): number {
    return this.store.scansByDay(this.side, month).reduce((sum, { scans }) => sum + scans, 0);
  }

  private used(month: Month): number {
    return month.committed + this.waiting(month);
  }

  private waiting(month: Month): number {
    let scans = 0;
    for (const [day, count] of this.pending.scans) if (day.startsWith(month.name)) scans += count;
    return scans;
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function monthOf(ms: number): string {
  return dayOf(ms).slice(0, 7);
}

function nextMonth(month: string): string {
  return monthOf(Date.parse(`${month}-01T00:00:00Z`) + 32 * 86_400_000);
}

function daysUntil(ms: number): string[] {
  const today = dayOf(ms);
  const days = Number(today.slice(8));
  return Array.from({ length: days }, (_, i) => `${today.slice(0, 8)}${String(i + 1).padStart(2, '0')}`);
}
