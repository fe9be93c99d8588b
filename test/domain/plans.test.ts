import { test } from 'tap';
import {
  formatOverrides,
  limitsFor,
  PRODUCT_PLANS,
  parseOverrides,
  parsePlans,
} from '../../src/domain/plans.js';

const FREE = { sustained_rps: 2, burst_rps: 5, concurrent_batches: 1, scans_per_month: 500, features: [] };

test('the plans of the product are those of the contract', async (t) => {
  const all = ['async', 'webhooks', 'ip_allowlist'];
  const row = (plan: string) => Object.values(limitsFor(PRODUCT_PLANS, plan, {}, true) ?? {});
  t.same(row('free'), [2, 5, 1, 500, []]);
  t.same(row('pro'), [200, 400, 10, 100_000, all]);
  t.same(row('enterprise'), [null, null, null, null, all]);
  t.equal(limitsFor(PRODUCT_PLANS, 'constructor', {}, true), null);
});

test('a project overrides number by number, a test key has Free', async (t) => {
  const overrides = { burstRps: null, scansPerMonth: 7 };
  t.match(limitsFor(PRODUCT_PLANS, 'pro', overrides, true), {
    sustainedRps: 200,
    burstRps: null,
    scansPerMonth: 7,
  });
  t.match(limitsFor(PRODUCT_PLANS, 'pro', overrides, false), {
    sustainedRps: 2,
    burstRps: 5,
    scansPerMonth: 500,
    concurrentBatches: 10,
  });
});

test('plans are read as written; the first wrong field is named', async (t) => {
  t.same(parsePlans({ free: FREE }), { free: PRODUCT_PLANS.free });
  const wrong: [unknown, RegExp][] = [
    [null, /plans must be an object/],
    [[], /plans must be an object/],
    [{}, /no plan 'free'/],
    [{ free: FREE, 'Gold!': FREE }, /'Gold!' can not be the name/],
    [{ free: { ...FREE, scans_per_month: undefined } }, /free\.scans_per_month/],
    [{ free: { sustained_rps: 2 } }, /free\.burst_rps is missing/],
    [{ free: { ...FREE, sustained_rps: 0.01 } }, /free\.sustained_rps must be a number of at least 1\/60/],
    [{ free: { ...FREE, burst_rps: 0 } }, /free\.burst_rps must be a whole number of at least 1/],
    [{ free: { ...FREE, burst_rps: 1.5 } }, /free\.burst_rps/],
    [{ free: { ...FREE, concurrent_batches: '1' } }, /free\.concurrent_batches/],
    [{ free: { ...FREE, scans_per_month: Number.NaN } }, /free\.scans_per_month/],
    [{ free: { ...FREE, features: 'async' } }, /free\.features must be a list/],
    [{ free: { ...FREE, price: 1 } }, /free\.price is not a field/],
    [{ free: { ...FREE, toString: 1 } }, /free\.toString is not a field/],
  ];
  for (const [plans, message] of wrong) t.throws(() => parsePlans(plans), message);
});

test('overrides are written as they are read', async (t) => {
  const written = { sustained_rps: 0.5, scans_per_month: null, features: ['async'] };
  t.same(formatOverrides(parseOverrides(written)), written);
  t.same(formatOverrides({}), {});
});
