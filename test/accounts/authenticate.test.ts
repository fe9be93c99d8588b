import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { newSecret } from '../../src/accounts/key-format.js';
import { openTestAccounts } from '../support/accounts.js';

const IP = '203.0.113.9';
const unauthorized = (message: RegExp) => ({ name: 'AidetError', code: 'unauthorized', message });
const forbidden = (message: RegExp) => ({ name: 'AidetError', code: 'forbidden', message });

test('a key is known by its header, and says who asks', async (t) => {
  const { accounts } = openTestAccounts(t);
  const key = accounts.createProjectWithKey('pro', { livemode: true });
  for (const header of [`Bearer ${key.secret}`, `bearer ${key.secret}`, `BEARER   ${key.secret} `]) {
    const principal = accounts.authenticate(header, 'detect', IP);
    t.match(principal, {
      projectId: key.projectId,
      keyId: key.id,
      plan: 'pro',
      livemode: true,
      scopes: ['*'],
    });
    t.match(principal.limits, {
      sustainedRps: 200,
      burstRps: 400,
      concurrentBatches: 10,
      scansPerMonth: 100_000,
    });
  }
});

test('a missing, malformed or unknown key is told apart, and never repeated', async (t) => {
  const { accounts } = openTestAccounts(t);
  const { secret } = accounts.createProjectWithKey('pro', { livemode: true });
  const wrong: [string | undefined, RegExp][] = [
    [undefined, /No API key/],
    ['', /No API key/],
    [secret, /not of the form/],
    [`Basic ${secret}`, /not of the form/],
    ['Bearer', /not of the form/],
    [`Bearer ${secret} ${secret}`, /not of the form/],
    [`Bearer ${secret},${secret}`, /malformed/],
    [`Bearer ${secret.slice(0, -1)}`, /malformed/],
    [`Bearer ${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`, /malformed/],
    [`Bearer ${newSecret(true)}`, /not known/],
    [`Bearer ${newSecret(false)}`, /not known/],
  ];
  for (const [header, message] of wrong) {
    t.throws(() => accounts.authenticate(header, 'detect', IP), unauthorized(message), String(header));
    try {
      accounts.authenticate(header, 'detect', IP);
    } catch (error) {
      t.notOk(
        JSON.stringify([error, (error as Error).message, (error as Error).stack]).includes(
          secret.slice(14, -6),
        ),
      );
    }
  }
});

test('a typing error costs no look-up', async (t) => {
  const { accounts, db } = openTestAccounts(t);
  const { secret } = accounts.createProjectWithKey('pro', { livemode: true });
  accounts.close();
  db.close();
  t.throws(() => accounts.authenticate(`Bearer ${secret}x`, 'detect', IP), unauthorized(/malformed/));
});

test('only a hash under the pepper is stored', async (t) => {
  const { accounts, dataDir, db } = openTestAccounts(t);
  const { secret } = accounts.createProjectWithKey('pro', { livemode: true });
  for (const name of ['aidet.db', 'aidet.db-wal']) {
    const bytes = readFileSync(join(dataDir, name));
    t.notOk(bytes.includes(secret) || bytes.includes(secret.slice(14, -6)), name);
  }
  const other = openTestAccounts(t, { dataDir, db, pepper: Buffer.alloc(32, 6) });
  t.throws(() => other.accounts.authenticate(`Bearer ${secret}`, 'detect', IP), unauthorized(/not known/));
  const same = openTestAccounts(t, { dataDir, db });
  t.ok(same.accounts.authenticate(`Bearer ${secret}`, 'detect', IP));
});

test('a revoked key ends at once here, and within a second where another process revoked it', async (t) => {
  const { accounts, dataDir, pass } = openTestAccounts(t);
  const commandLine = openTestAccounts(t, { dataDir });
  const a = accounts.createProjectWithKey('pro', { livemode: true });
  const b = accounts.createKey(a.projectId, { livemode: true });
  for (const { secret } of [a, b]) accounts.authenticate(`Bearer ${secret}`, 'detect', IP);
  accounts.revokeKey({ projectId: a.projectId }, a.id);
  t.throws(() => accounts.authenticate(`Bearer ${a.secret}`, 'detect', IP), unauthorized(/revoked/));
  accounts.authenticate(`Bearer ${b.secret}`, 'detect', IP);
  commandLine.accounts.revokeKey({ projectId: b.projectId }, b.id);
  t.ok(accounts.authenticate(`Bearer ${b.secret}`, 'detect', IP), 'still cached');
  pass(999);
  t.throws(() => accounts.authenticate(`Bearer ${b.secret}`, 'detect', IP), unauthorized(/revoked/));
});

test('what another process makes or changes is in force within a second', async (t) => {
  const { accounts, dataDir, pass } = openTestAccounts(t);
  const commandLine = openTestAccounts(t, { dataDir });
  const made = commandLine.accounts.createProjectWithKey('free', { livemode: true });
  const seen = accounts.authenticate(`Bearer ${made.secret}`, 'detect', IP);
  t.equal(seen.limits.scansPerMonth, 500, 'a new key at once');
  commandLine.accounts.updateProject(made.projectId, { overrides: { scansPerMonth: 7 } });
  pass(999);
  t.equal(accounts.authenticate(`Bearer ${made.secret}`, 'detect', IP).limits.scansPerMonth, 7);
  commandLine.accounts.updateProject(made.projectId, { suspendedMs: 0 });
  pass(999);
  const suspended = accounts.authenticate(`Bearer ${made.secret}`, 'detect', IP);
  t.throws(() => accounts.charge(suspended, 1), { code: 'payment_required', message: /suspended/ });
});

test('a key ends at its expiry to the millisecond, cached or not', async (t) => {
  const { accounts, clock, pass } = openTestAccounts(t);
  const key = accounts.createProjectWithKey('pro', { livemode: true, expiresMs: clock.wallMs + 5000 });
  pass(4999);
  t.ok(accounts.authenticate(`Bearer ${key.secret}`, 'detect', IP));
  pass(1);
  t.throws(() => accounts.authenticate(`Bearer ${key.secret}`, 'detect', IP), unauthorized(/expired/));
});

test('scopes are endpoints; * is all but admin', async (t) => {
  const { accounts } = openTestAccounts(t);
  const { projectId, secret } = accounts.createProjectWithKey('pro', { livemode: true });
  const narrow = accounts.createKey(projectId, { livemode: true, scopes: ['detect', 'usage'] });
  const admin = accounts.createKey(projectId, { livemode: true, scopes: ['*', 'admin'] });
  const may = (key: string, endpoint: string): boolean => {
    try {
      accounts.authenticate(`Bearer ${key}`, endpoint, IP);
      return true;
    } catch (error) {
      t.match(error, forbidden(/scopes/));
      return false;
    }
  };
  const endpoints = ['detect', 'usage', 'forensics', 'admin'];
  t.same(
    endpoints.map((e) => may(narrow.secret, e)),
    [true, true, false, false],
  );
  t.same(
    endpoints.map((e) => may(secret, e)),
    [true, true, true, false],
  );
  t.same(
    endpoints.map((e) => may(admin.secret, e)),
    [true, true, true, true],
  );
});

test('an allowlist holds for each request', async (t) => {
  const { accounts } = openTestAccounts(t);
  const { secret } = accounts.createProjectWithKey('pro', {
    livemode: true,
    ipAllowlist: ['203.0.113.0/24'],
  });
  t.ok(accounts.authenticate(`Bearer ${secret}`, 'detect', IP));
  t.throws(() => accounts.authenticate(`Bearer ${secret}`, 'detect', '198.51.100.1'), forbidden(/allowlist/));
  t.throws(() => accounts.authenticate(`Bearer ${secret}`, 'detect', ''), forbidden(/allowlist/));
});

test('a test key has the rate and quota of Free and the features of its plan', async (t) => {
  const { accounts } = openTestAccounts(t);
  const { projectId } = accounts.createProjectWithKey('enterprise', { livemode: true });
  const { secret } = accounts.createKey(projectId, { livemode: false });
  t.match(secret, /^aidet_test_sk_/);
  const { livemode, limits } = accounts.authenticate(`Bearer ${secret}`, 'detect', IP);
  t.equal(livemode, false);
  t.same(limits, {
    sustainedRps: 2,
    burstRps: 5,
    concurrentBatches: null,
    scansPerMonth: 500,
    features: ['async', 'webhooks', 'ip_allowlist'],
  });
});

test('the last use of a key is stored, and only ever later', async (t) => {
  const { accounts, clock, pass } = openTestAccounts(t);
  const key = accounts.createProjectWithKey('pro', { livemode: true });
  t.equal(accounts.getKey(key, key.id).lastUsedMs, null);
  pass(5000);
  accounts.authenticate(`Bearer ${key.secret}`, 'detect', IP);
  accounts.close();
  t.equal(accounts.getKey(key, key.id).lastUsedMs, clock.wallMs);
  const usedMs = clock.wallMs;
  clock.wallMs -= 60_000;
  accounts.authenticate(`Bearer ${key.secret}`, 'detect', IP);
  accounts.close();
  t.equal(accounts.getKey(key, key.id).lastUsedMs, usedMs, 'a clock that was set back changes nothing');
});

test('a database that fails is no defect of the request', async (t) => {
  const { accounts, dataDir, db, pass, reports } = openTestAccounts(t);
  const { secret } = accounts.createProjectWithKey('pro', { livemode: true });
  const cached = accounts.createProjectWithKey('pro', { livemode: true });
  accounts.authenticate(`Bearer ${cached.secret}`, 'detect', IP);
  accounts.close();
  const path = join(dataDir, 'aidet.db');
  db.pragma('wal_checkpoint(TRUNCATE)');
  const whole = readFileSync(path);
  db.pragma('shrink_memory');
  writeFileSync(path, Buffer.from(whole).fill(255, 4096));
  t.throws(() => accounts.authenticate(`Bearer ${secret}`, 'detect', IP), { code: 'service_unavailable' });
  pass(1000);
  t.ok(accounts.authenticate(`Bearer ${cached.secret}`, 'detect', IP), 'keys that are known still work');
  t.same(reports, []);
  accounts.close();
  t.match(reports, [{ message: /counts could not be stored/, cause: { code: 'SQLITE_CORRUPT' } }]);
  writeFileSync(path, whole);
});
