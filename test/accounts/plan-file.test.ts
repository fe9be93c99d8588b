import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openTestAccounts, planOf } from '../support/accounts.js';
import { freshFolder } from '../support/folders.js';

const IP = '203.0.113.9';
const PLANS = {
  free: planOf({ sustained_rps: 2, burst_rps: 5, scans_per_month: 500 }),
  gold: planOf({ scans_per_month: 1000 }),
};

function edit(dataDir: string, plans: object | string): void {
  writeFileSync(join(dataDir, 'plans.json'), typeof plans === 'string' ? plans : JSON.stringify(plans));
}

test('a plans file replaces the plans of the product', async (t) => {
  const { accounts, principal } = openTestAccounts(t, { plans: PLANS });
  t.equal(principal('gold').limits.scansPerMonth, 1000);
  t.throws(() => accounts.createProject('pro'), { code: 'invalid_request', message: /there are free, gold/ });
});

test('an edited file is in force within a second, for keys in the cache too', async (t) => {
  const { accounts, dataDir, pass } = openTestAccounts(t, { plans: PLANS });
  const { secret, projectId } = accounts.createProjectWithKey('gold', { livemode: true });
  const quota = (): number | null =>
    accounts.authenticate(`Bearer ${secret}`, 'detect', IP).limits.scansPerMonth;
  t.equal(quota(), 1000);
  edit(dataDir, { ...PLANS, gold: planOf({ scans_per_month: 2_000_000 }) });
  pass(999);
  t.equal(quota(), 2_000_000);
  accounts.updateProject(projectId, { overrides: { scansPerMonth: 77 } });
  t.equal(quota(), 77, 'a project has its own numbers');
  edit(dataDir, { ...PLANS, gold: planOf({ scans_per_month: 3 }) });
  pass(999);
  t.equal(quota(), 77);
});

test('a file that can not be used is reported once, and the old plans stay', async (t) => {
  const { accounts, dataDir, pass, reports } = openTestAccounts(t, { plans: PLANS });
  const { secret } = accounts.createProjectWithKey('gold', { livemode: true });
  const quota = (): number | null =>
    accounts.authenticate(`Bearer ${secret}`, 'detect', IP).limits.scansPerMonth;
  const whole = readFileSync(join(dataDir, 'plans.json'), 'utf8');
  const wrong: [object | string, RegExp][] = [
    ['{"free":', /plans\.json: .*JSON/],
    [{ free: PLANS.free }, /projects are on plans that are not there: gold/],
    [{ ...PLANS, gold: planOf({ scans_per_month: -1 }) }, /gold\.scans_per_month must be a whole number/],
  ];
  for (const [plans, message] of wrong) {
    reports.length = 0;
    edit(dataDir, plans);
    for (let look = 0; look < 3; look++) {
      pass(500);
      t.equal(quota(), 1000);
    }
    t.equal(reports.length, 1);
    t.match(reports[0]?.message, message);
  }
  edit(dataDir, whole.replace('1000', '1001'));
  pass(500);
  t.equal(quota(), 1001);
});

test('a start with a file that can not be used fails', async (t) => {
  const dataDir = freshFolder(t);
  t.throws(() => openTestAccounts(t, { dataDir, plans: { gold: planOf({}) } }), /There is no plan 'free'/);
  const { accounts } = openTestAccounts(t, { dataDir });
  accounts.createProjectWithKey('enterprise', { livemode: true });
  t.throws(() => openTestAccounts(t, { dataDir, plans: PLANS }), /plans that are not there: enterprise/);
});
