import { test } from 'tap';
import { openTestAccounts } from '../support/accounts.js';

const IP = '203.0.113.9';
const LIVE = { livemode: true };
const notFound = { name: 'AidetError', code: 'not_found' };
const invalid = (param: string) => ({ name: 'AidetError', code: 'invalid_request', param });

test('a project and its first key come together or not at all', async (t) => {
  const { accounts } = openTestAccounts(t);
  t.equal(accounts.isEmpty(), true);
  t.throws(() => accounts.createProjectWithKey('gold', LIVE), invalid('plan'));
  t.throws(() => accounts.createProjectWithKey('toString', LIVE), invalid('plan'));
  t.throws(() => accounts.createProjectWithKey('free', { ...LIVE, ipAllowlist: ['10.0.0.0/8'] }), {
    code: 'forbidden',
  });
  t.equal(accounts.isEmpty(), true);
  const key = accounts.createProjectWithKey('free', { ...LIVE, name: 'first' });
  t.equal(accounts.isEmpty(), false);
  t.match(key, { id: /^key_[0-9A-Z]{26}$/, projectId: /^proj_[0-9A-Z]{26}$/, plan: 'free', name: 'first' });
  t.match(accounts.project(key.projectId), {
    plan: 'free',
    name: 'first',
    suspendedMs: null,
    paidUntilMs: null,
  });
  t.same(
    accounts.projects().map(({ id }) => id),
    [key.projectId],
  );
});

test('a secret is shown once', async (t) => {
  const { accounts } = openTestAccounts(t);
  const { secret, id, projectId } = accounts.createProjectWithKey('pro', LIVE);
  t.match(secret, /^aidet_live_sk_/);
  const later = JSON.stringify([
    accounts.getKey({ projectId }, id),
    accounts.listKeys({ projectId }),
    accounts.revokeKey({ projectId }, id),
  ]);
  t.notOk(later.includes(secret.slice(18, -4)));
  t.notOk(/secret|hash/.test(later));
});

test('options that can not be are named', async (t) => {
  const { accounts, clock } = openTestAccounts(t);
  const { projectId } = accounts.createProjectWithKey('pro', LIVE);
  const create = (options: object) => () => accounts.createKey(projectId, { ...LIVE, ...options });
  t.throws(create({ name: 'x'.repeat(101) }), invalid('name'));
  t.throws(create({ name: 'a\nb' }), invalid('name'));
  t.throws(create({ scopes: [] }), invalid('scopes'));
  t.throws(create({ scopes: ['detect', 'De tect'] }), invalid('scopes'));
  t.throws(create({ scopes: Array.from({ length: 33 }, (_, i) => `e${i}`) }), invalid('scopes'));
  t.throws(create({ ipAllowlist: ['10.0.0.0/8', 'nowhere'] }), invalid('ip_allowlist'));
  t.throws(
    create({ ipAllowlist: Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`) }),
    invalid('ip_allowlist'),
  );
  t.throws(create({ expiresMs: clock.wallMs }), invalid('expires_at'));
  t.throws(create({ expiresMs: 1.5e300 }), invalid('expires_at'));
  t.throws(() => accounts.createKey('proj_none', LIVE), notFound);
  t.equal(accounts.listKeys({ projectId }).keys.length, 1, 'none of them was made');
  const odd = { name: 'Ä "quoted" <b>', scopes: ['detect', 'detect', 'admin'], expiresMs: clock.wallMs + 1 };
  const key = accounts.createKey(projectId, { ...LIVE, ...odd });
  t.match(accounts.getKey({ projectId }, key.id), { name: odd.name, scopes: ['detect', 'admin'] });
});

test('lists go from new to old, page by page, within the realm alone', async (t) => {
  const { accounts, pass } = openTestAccounts(t);
  const { projectId } = accounts.createProjectWithKey('pro', LIVE);
  const other = accounts.createProjectWithKey('pro', LIVE);
  for (let i = 1; i < 50; i++) {
    pass(1);
    accounts.createKey(projectId, { livemode: i % 2 === 0, name: `k${i}` });
  }
  const walk = (livemode?: boolean): string[] => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const realm = livemode === undefined ? { projectId } : { projectId, livemode };
      const page = accounts.listKeys(realm, { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      t.ok(page.keys.length <= 7);
      names.push(...page.keys.map(({ name }) => name));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return names;
  };
  const all = Array.from({ length: 49 }, (_, i) => `k${49 - i}`);
  t.same(walk(), [...all, '']);
  t.same(walk(true), [...all.filter((_, i) => i % 2 === 1), '']);
  t.same(
    walk(false),
    all.filter((_, i) => i % 2 === 0),
  );
  t.equal(accounts.listKeys({ projectId }).keys.length, 20, 'twenty where nothing is said');
  t.equal(
    accounts.listKeys({ projectId }, { limit: 50 }).nextCursor,
    null,
    'exactly all: nothing comes after',
  );
  for (const limit of [0, 101, 1.5, Number.NaN])
    t.throws(() => accounts.listKeys({ projectId }, { limit }), invalid('limit'));
  t.throws(() => accounts.listKeys({ projectId }, { cursor: "' OR 1=1" }), invalid('cursor'));
  t.throws(() => accounts.getKey({ projectId }, other.id), notFound);
  t.throws(() => accounts.revokeKey({ projectId }, other.id), notFound);
  t.throws(() => accounts.rotateKey({ projectId }, other.id, 0), notFound);
  t.throws(() => accounts.getKey({ projectId: other.projectId, livemode: false }, other.id), notFound);
  t.equal(accounts.projectOfKey(other.id), other.projectId);
  t.throws(() => accounts.projectOfKey('key_none'), notFound);
});

test('rotation keeps the settings; the old key works until the grace is over', async (t) => {
  const { accounts, pass, clock } = openTestAccounts(t);
  const works = (secret: string): boolean => {
    try {
      return accounts.authenticate(`Bearer ${secret}`, 'detect', '10.0.0.1') !== undefined;
    } catch {
      return false;
    }
  };
  const settings = {
    ...LIVE,
    name: 'shop',
    scopes: ['detect'],
    ipAllowlist: ['10.0.0.0/8'],
    expiresMs: clock.wallMs + 1e9,
  };
  const old = accounts.createProjectWithKey('pro', settings);
  const realm = { projectId: old.projectId };
  const young = accounts.rotateKey(realm, old.id, 60);
  t.match(young, {
    name: 'shop',
    scopes: ['detect'],
    ipAllowlist: ['10.0.0.0/8'],
    expiresMs: settings.expiresMs,
    livemode: true,
  });
  t.not(young.secret, old.secret);
  t.same([works(old.secret), works(young.secret)], [true, true]);
  pass(59_999);
  t.same([works(old.secret), works(young.secret)], [true, true]);
  pass(1);
  t.same([works(old.secret), works(young.secret)], [false, true]);
  t.throws(
    () => accounts.rotateKey(realm, old.id, 60),
    invalid(undefined as never),
    'an ended key has no successor',
  );
  const third = accounts.rotateKey(realm, young.id, 0);
  t.same([works(young.secret), works(third.secret)], [false, true]);
  const last = accounts.rotateKey(realm, third.id, 30 * 86_400);
  t.equal(accounts.getKey(realm, third.id).expiresMs, settings.expiresMs, 'grace makes no life longer');
  for (const grace of [-1, 1.5, 30 * 86_400 + 1, Number.NaN])
    t.throws(() => accounts.rotateKey(realm, last.id, grace), invalid('grace_seconds'));
});

test('revoking is for good; a second time changes nothing', async (t) => {
  const { accounts, pass, clock } = openTestAccounts(t);
  const key = accounts.createProjectWithKey('pro', LIVE);
  const revokedMs = clock.wallMs;
  t.equal(accounts.revokeKey(key, key.id).revokedMs, revokedMs);
  pass(1000);
  t.equal(accounts.revokeKey(key, key.id).revokedMs, revokedMs);
  t.throws(() => accounts.authenticate(`Bearer ${key.secret}`, 'detect', IP), { code: 'unauthorized' });
  t.throws(() => accounts.rotateKey(key, key.id, 0), { code: 'invalid_request' });
});

test('a project changes in what is given; what can not be changes nothing', async (t) => {
  const { accounts } = openTestAccounts(t);
  const { projectId, secret } = accounts.createProjectWithKey('free', LIVE);
  const limits = () => accounts.authenticate(`Bearer ${secret}`, 'detect', IP).limits;
  accounts.updateProject(projectId, { plan: 'pro', overrides: { burstRps: 9, features: [] } });
  t.match(limits(), { sustainedRps: 200, burstRps: 9, features: [] });
  t.throws(() => accounts.updateProject(projectId, { plan: 'gold' }), invalid('plan'));
  t.throws(() => accounts.updateProject(projectId, { overrides: { burstRps: -1 } }), invalid('overrides'));
  t.throws(
    () => accounts.updateProject(projectId, { overrides: { features: ['flying'] } }),
    invalid('overrides'),
  );
  t.throws(() => accounts.updateProject('proj_none', {}), notFound);
  t.match(limits(), { sustainedRps: 200, burstRps: 9 });
});

test('a full disk refuses the change and leaves the rest working', async (t) => {
  const { accounts, db } = openTestAccounts(t);
  const key = accounts.createProjectWithKey('pro', LIVE);
  const pages = db.pragma('page_count', { simple: true }) as number;
  db.pragma(`max_page_count = ${pages}`);
  let made = 0;
  const fill = (): void => {
    for (; made < 1000; made++) accounts.createKey(key.projectId, { ...LIVE, name: 'x'.repeat(100) });
  };
  t.throws(fill, { name: 'AidetError', code: 'service_unavailable', cause: { code: 'SQLITE_FULL' } });
  t.ok(accounts.authenticate(`Bearer ${key.secret}`, 'detect', IP));
  db.pragma('max_page_count = 1000000');
  accounts.createKey(key.projectId, LIVE);
  t.equal(db.prepare('SELECT count(*) FROM keys').pluck().get(), made + 2);
});
