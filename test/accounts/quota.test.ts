import fc from 'fast-check';
import { test } from 'tap';
import type { Charge, Principal } from '../../src/accounts/types.js';
import { openTestAccounts, planOf, type TestAccounts } from '../support/accounts.js';

const FREE = planOf({ sustained_rps: 2, burst_rps: 5, scans_per_month: 500 });
const exhausted = { name: 'AidetError', code: 'payment_required', message: /quota of \d+ scans is used up/ };

function withQuota(bench: TestAccounts, scansPerMonth: number | null): Principal {
  const { accounts } = bench;
  const { projectId, secret } = accounts.createProjectWithKey('enterprise', { livemode: true });
  accounts.updateProject(projectId, { overrides: { scansPerMonth } });
  return accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
}

/** Scans on disk, whatever is counted in memory. */
function stored({ db }: TestAccounts, { projectId }: Principal): number {
  const sum = db.prepare('SELECT ifnull(sum(scans), 0) FROM usage_scans WHERE project_id = ?').pluck();
  return sum.get(projectId) as number;
}

test('quota is taken before the work and given back on failure', async (t) => {
  const bench = openTestAccounts(t);
  const { accounts } = bench;
  const principal = withQuota(bench, 10);
  const a = accounts.charge(principal, 4);
  const b = accounts.charge(principal, 5);
  t.same([a.granted, b.granted], [4, 5]);
  const c = accounts.charge(principal, 3);
  t.equal(c.granted, 1, 'what is left');
  t.throws(() => accounts.charge(principal, 1), exhausted);
  t.equal(accounts.usage(principal).scans.used, 0, 'nothing is used before there is a verdict');
  b.settle(2);
  t.same(accounts.usage(principal).scans, { used: 2, quota: 10, remaining: 8 });
  t.equal(accounts.charge(principal, 100).granted, 3);
  a.settle(4);
  c.settle(0);
  t.same(accounts.usage(principal).scans, { used: 6, quota: 10, remaining: 4 });
  t.equal(accounts.charge(principal, 100).granted, 1);
});

test('a charge is settled once, within what was granted', async (t) => {
  const bench = openTestAccounts(t);
  const charge = bench.accounts.charge(withQuota(bench, 10), 3);
  for (const used of [-1, 4, 1.5, Number.NaN]) t.throws(() => charge.settle(used), RangeError);
  charge.settle(3);
  t.throws(() => charge.settle(0), /settled twice/);
});

test('however charges and their ends interleave, the quota is sold exactly once', async (t) => {
  const bench = openTestAccounts(t);
  const { accounts } = bench;
  const step = fc.record({
    take: fc.integer({ min: 1, max: 30 }),
    settle: fc.nat(),
    used: fc.nat(),
    commit: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 120 }),
      fc.integer({ min: 0, max: 200 }),
      (steps, quota) => {
        const principal = withQuota(bench, quota);
        const open: Charge[] = [];
        let held = 0;
        let used = 0;
        for (const { take, settle, used: wish, commit } of steps) {
          const left = quota - held - used;
          try {
            const charge = accounts.charge(principal, take);
            if (charge.granted !== Math.min(take, left)) return false;
            held += charge.granted;
            open.push(charge);
          } catch {
            if (left > 0) return false;
          }
          if (settle % 3 !== 0 && open.length > 0) {
            const [charge] = open.splice(settle % open.length, 1) as [Charge];
            const kept = wish % (charge.granted + 1);
            charge.settle(kept);
            held -= charge.granted;
            used += kept;
          }
          if (commit) {
            accounts.close();
            if (stored(bench, principal) !== used) return false;
          }
          const { scans } = accounts.usage(principal);
          if (scans.used !== used || scans.remaining !== quota - used) return false;
        }
        return held + used <= quota;
      },
    ),
    { numRuns: 40 },
  );
  t.pass();
});

test('an unlimited project counts too', async (t) => {
  const bench = openTestAccounts(t);
  const principal = withQuota(bench, null);
  bench.accounts.charge(principal, 1_000_000).settle(999_999);
  t.same(bench.accounts.usage(principal).scans, { used: 999_999, quota: null, remaining: null });
});

test('a quota that was lowered below its use sells nothing more and shows no negative', async (t) => {
  const bench = openTestAccounts(t);
  const { accounts } = bench;
  const { projectId, secret } = accounts.createProjectWithKey('enterprise', { livemode: true });
  const me = (): Principal => accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
  accounts.charge(me(), 10).settle(10);
  accounts.updateProject(projectId, { overrides: { scansPerMonth: 4 } });
  t.same(accounts.usage(me()).scans, { used: 10, quota: 4, remaining: 0 });
  t.throws(() => accounts.charge(me(), 1), exhausted);
});

test('suspension and the end of a subscription stop scans, not the account', async (t) => {
  const bench = openTestAccounts(t);
  const { accounts, clock, pass } = bench;
  const principal = withQuota(bench, 10);
  accounts.updateProject(principal.projectId, { suspendedMs: clock.wallMs + 1000 });
  accounts.charge(principal, 1).settle(1);
  pass(1000);
  t.throws(() => accounts.charge(principal, 1), { code: 'payment_required', message: /suspended/ });
  t.equal(accounts.usage(principal).scans.used, 1);
  accounts.updateProject(principal.projectId, { suspendedMs: null, paidUntilMs: clock.wallMs + 1000 });
  accounts.charge(principal, 1).settle(1);
  pass(1000);
  t.throws(() => accounts.charge(principal, 1), { code: 'payment_required', message: /subscription/ });
});

test('live and test scans are counted apart', async (t) => {
  const bench = openTestAccounts(t, { plans: { free: FREE, enterprise: planOf({}) } });
  const { accounts } = bench;
  const live = withQuota(bench, null);
  const { secret } = accounts.createKey(live.projectId, { livemode: false });
  const test = accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
  accounts.charge(live, 600).settle(600);
  const charge = accounts.charge(test, 600);
  t.equal(charge.granted, 500);
  charge.settle(20);
  t.match(accounts.usage(live), { livemode: true, scans: { used: 600, quota: null } });
  t.match(accounts.usage(test), { livemode: false, scans: { used: 20, quota: 500, remaining: 480 } });
  for (let i = 0; i < 5; i++) accounts.admit(test, 'detect');
  t.throws(() => accounts.admit(test, 'detect'), { code: 'rate_limited' });
  accounts.admit(live, 'detect');
});

test('a month begins anew at midnight UTC; work that began before counts before', async (t) => {
  const bench = openTestAccounts(t);
  const { accounts, clock } = bench;
  const principal = withQuota(bench, 10);
  clock.wallMs = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
  const before = accounts.charge(principal, 10);
  t.throws(() => accounts.charge(principal, 1), exhausted);
  clock.wallMs += 1;
  const after = accounts.charge(principal, 10);
  t.equal(after.granted, 10, 'December owes nothing to what November holds');
  before.settle(7);
  after.settle(3);
  t.match(accounts.usage(principal), {
    period: { start: '2026-12-01T00:00:00Z', end: '2027-01-01T00:00:00Z' },
    scans: { used: 3, remaining: 7 },
    daily: [{ date: '2026-12-01', scans: 3 }],
  });
  accounts.close();
  const days = bench.db.prepare('SELECT day, scans FROM usage_scans WHERE project_id = ? ORDER BY day');
  t.same(days.all(principal.projectId), [
    { day: '2026-11-30', scans: 7 },
    { day: '2026-12-01', scans: 3 },
  ]);
  clock.wallMs = Date.UTC(2026, 10, 30, 23, 59, 0);
  accounts.charge(principal, 2).settle(2);
  t.equal(accounts.usage(principal).scans.used, 7, 'a clock that was set back opens no closed month');
  t.equal(stored(bench, principal), 10);
});

test('usage is shown day by day and by endpoint', async (t) => {
  const bench = openTestAccounts(t);
  const { accounts, clock } = bench;
  const principal = withQuota(bench, 100);
  for (const [day, scans] of [
    [1, 4],
    [3, 5],
    [24, 6],
  ] as const) {
    clock.wallMs = Date.UTC(2026, 10, day, 12);
    clock.monotonicMs += 86_400_000;
    accounts.admit(principal, 'detect');
    accounts.admit(principal, 'usage');
    accounts.charge(principal, scans).settle(scans);
    if (day === 3) accounts.close();
  }
  const { daily, ...report } = accounts.usage(principal);
  t.same(report, {
    project: principal.projectId,
    plan: 'enterprise',
    livemode: true,
    period: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' },
    scans: { used: 15, quota: 100, remaining: 85 },
    requests: { detect: 3, usage: 3 },
    rateLimit: { sustainedRps: null, burstRps: null },
    concurrentBatches: { inFlight: 0, limit: null },
  });
  t.equal(daily.length, 24, 'every day of the month until today');
  t.same(
    daily.filter(({ scans }) => scans > 0),
    [
      { date: '2026-11-01', scans: 4 },
      { date: '2026-11-03', scans: 5 },
      { date: '2026-11-24', scans: 6 },
    ],
  );
});

test('batches in flight are limited, and each ends once', async (t) => {
  const { accounts, principal } = openTestAccounts(t);
  const pro = principal('pro');
  const ends = Array.from({ length: 10 }, () => accounts.beginBatch(pro));
  t.throws(() => accounts.beginBatch(pro), {
    code: 'rate_limited',
    message: /10 batches at once/,
    retryAfterS: 1,
  });
  t.same(accounts.usage(pro).concurrentBatches, { inFlight: 10, limit: 10 });
  ends[0]?.();
  ends[0]?.();
  const eleventh = accounts.beginBatch(pro);
  t.throws(() => accounts.beginBatch(pro), { code: 'rate_limited' });
  for (const end of [...ends, eleventh]) end();
  t.equal(accounts.usage(pro).concurrentBatches.inFlight, 0);
  const free = principal('free');
  accounts.beginBatch(free);
  t.throws(() => accounts.beginBatch(free), { message: /1 batch at once/ });
});

test('a refused request counts against nothing; an admitted one against the rate of all endpoints', async (t) => {
  const { accounts, principal, pass, clock } = openTestAccounts(t);
  const free = principal('free');
  t.same(accounts.rateState(free), { limit: 2, remaining: 2, resetUnixS: clock.wallMs / 1000 });
  for (const endpoint of ['detect', 'usage', 'detect', 'forensics', 'usage']) accounts.admit(free, endpoint);
  for (let i = 0; i < 20; i++)
    t.throws(() => accounts.admit(free, 'detect'), { code: 'rate_limited', retryAfterS: 1 });
  t.match(accounts.rateState(free), { limit: 2, remaining: 0, resetUnixS: clock.wallMs / 1000 + 1 });
  t.same(accounts.usage(free).requests, { detect: 2, forensics: 1, usage: 2 });
  pass(1000);
  accounts.admit(free, 'detect');
  t.equal(accounts.usage(free).requests.detect, 3);
});
