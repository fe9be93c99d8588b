import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import { createAccounts } from '../../src/accounts/accounts.js';
import { openDatabase } from '../../src/storage/database.js';
import { openTestAccounts, PEPPER } from '../support/accounts.js';
import { freshFolder } from '../support/folders.js';

const CHILD = fileURLToPath(new URL('./counting.js', import.meta.url));

/** Starts a process that counts; `counted` is what it said last. */
function startCounting(
  t: Test,
  dataDir: string,
  secret: string,
): { child: ChildProcess; counted: () => number } {
  const child = spawn(process.execPath, [CHILD, dataDir, secret], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  let counted = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    counted = Number(line);
  });
  return { child, counted: () => counted };
}

test('a killed process loses at most what was counted since the last commit; nothing is counted twice', async (t) => {
  const { accounts, db, dataDir } = openTestAccounts(t);
  const { secret, projectId } = accounts.createProjectWithKey('enterprise', { livemode: true });
  const scans = db.prepare('SELECT ifnull(sum(scans), 0) FROM usage_scans WHERE project_id = ?').pluck();
  const requests = db
    .prepare('SELECT ifnull(sum(requests), 0) FROM usage_requests WHERE project_id = ?')
    .pluck();
  const stored = (): number => scans.get(projectId) as number;
  for (let round = 0; round < 3; round++) {
    const before = stored();
    const { child, counted } = startCounting(t, dataDir, secret);
    // Two commits at least; the process counts on while they happen.
    let seen = before;
    for (let commits = 0; commits < 2; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const now = stored();
      if (now > seen) commits++;
      seen = now;
    }
    child.kill('SIGKILL');
    await once(child, 'close');
    const after = stored();
    t.ok(after >= seen, 'what was on disk stays');
    t.ok(after - before <= counted() + 1, `no more than was counted (${after - before} of ${counted()})`);
    t.equal(requests.get(projectId), after, 'requests and scans of one commit stand together');
  }
  const before = stored();
  const { child, counted } = startCounting(t, dataDir, secret);
  while (counted() < 50) await new Promise((resolve) => setTimeout(resolve, 20));
  child.stdin?.end();
  await once(child, 'close');
  t.equal(stored() - before, counted(), 'a process that is stopped loses nothing');
});

test('counts that could not be stored are kept, and stored later', async (t) => {
  const { accounts, db, reports, principal } = openTestAccounts(t);
  const pro = principal('pro');
  accounts.close();
  accounts.charge(pro, 3).settle(3);
  const pages = db.pragma('page_count', { simple: true }) as number;
  db.exec('CREATE TABLE filler (x)');
  db.pragma(`max_page_count = ${pages}`);
  // The last free bytes of the file go to something else: whatever is stored now needs a new page.
  const fill = db.prepare('INSERT INTO filler VALUES (zeroblob(3000))');
  t.throws(
    () => {
      for (;;) fill.run();
    },
    { code: 'SQLITE_FULL' },
  );
  for (let day = 0; day < 200; day++) accounts.admit(pro, `e${'x'.repeat(60)}${day}`);
  accounts.close();
  t.match(reports, [{ message: /kept for the next attempt/, cause: { code: 'SQLITE_FULL' } }]);
  t.equal(accounts.usage(pro).scans.used, 3);
  t.equal(accounts.charge(pro, 100_000).granted, 99_997, 'the quota knows of them');
  db.pragma('max_page_count = 100000');
  accounts.close();
  t.equal(reports.length, 1);
  const rows = db.prepare('SELECT scans FROM usage_scans WHERE project_id = ?').all(pro.projectId);
  t.same(rows, [{ scans: 3 }], 'once');
});

test('two processes count side by side', async (t) => {
  const dataDir = freshFolder(t);
  const one = openTestAccounts(t, { dataDir });
  const { secret, projectId } = one.accounts.createProjectWithKey('enterprise', { livemode: true });
  one.accounts.updateProject(projectId, { overrides: { scansPerMonth: 100 } });
  const other = openTestAccounts(t, { dataDir });
  const me = one.accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
  const alsoMe = other.accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
  one.accounts.charge(me, 30).settle(30);
  other.accounts.charge(alsoMe, 20).settle(20);
  one.accounts.close();
  other.accounts.close();
  for (const { accounts, pass } of [one, other]) {
    pass(1000);
    accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
    t.equal(accounts.usage(me).scans.used, 50);
    t.equal(accounts.charge(me, 100).granted, 50);
  }
});

test('a restart goes on where the last one ended', async (t) => {
  const { accounts, db, dataDir } = openTestAccounts(t);
  const { secret, projectId } = accounts.createProjectWithKey('enterprise', { livemode: true });
  accounts.updateProject(projectId, { overrides: { scansPerMonth: 10 } });
  accounts.charge(accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1'), 8).settle(8);
  accounts.close();
  db.close();
  const again = openTestAccounts(t, { dataDir });
  const me = again.accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
  t.same(again.accounts.usage(me).scans, { used: 8, quota: 10, remaining: 2 });
  t.equal(again.accounts.charge(me, 5).granted, 2);
});

test('counts reach the disk by themselves', async (t) => {
  const dataDir = freshFolder(t);
  const db = openDatabase(dataDir);
  const clock = { nowMs: Date.now, monotonicMs: () => performance.now() };
  const report = (error: Error): void => void t.error(error);
  const accounts = createAccounts({ db, clock, pepper: PEPPER, report }, { plansFile: '' });
  t.teardown(() => {
    accounts.close();
    db.close();
  });
  const { secret } = accounts.createProjectWithKey('pro', { livemode: true });
  accounts.charge(accounts.authenticate(`Bearer ${secret}`, 'detect', '::1'), 3).settle(3);
  const scans = db.prepare('SELECT sum(scans) FROM usage_scans').pluck();
  t.equal(scans.get(), null);
  while (scans.get() === null) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(scans.get(), 3);
});
