import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { run } from '../../src/cli/keys.js';
import { openDatabase } from '../../src/storage/database.js';
import { openSecrets } from '../../src/storage/secrets.js';
import { openTestAccounts } from '../support/accounts.js';
import { freshFolder } from '../support/folders.js';

async function keys(dataDir: string, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const io = { stdout, stderr, stdin: new PassThrough(), env: {}, cwd: dataDir };
  const code = await run([...argv, '--data-dir', dataDir], io);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

const json = async (dataDir: string, ...argv: string[]) =>
  JSON.parse((await keys(dataDir, ...argv, '--json')).out);

test('a key is made with a project, shown once, and listed without its secret', async (t) => {
  const dataDir = freshFolder(t);
  const made = await json(
    dataDir,
    'create',
    '--plan',
    'pro',
    '--name',
    'shop',
    '--scope',
    'detect',
    '--scope',
    'usage',
  );
  t.match(made, { plan: 'pro', name: 'shop', livemode: true, scopes: ['detect', 'usage'], ip_allowlist: [] });
  t.match(made.secret, /^aidet_live_sk_/);
  const test = await json(dataDir, 'create', '--project', made.project, '--test');
  t.match(test, { project: made.project, plan: 'pro', livemode: false, secret: /^aidet_test_sk_/ });
  const listed = await keys(dataDir, 'list', '--json');
  t.same(
    JSON.parse(listed.out)
      .map((key: { id: string }) => key.id)
      .sort(),
    [made.id, test.id].sort(),
  );
  const shown = await keys(dataDir, 'list');
  t.match(shown.out, /^id .*project .*plan/);
  for (const { out } of [listed, shown])
    t.notOk(out.includes(made.secret.slice(18, -4)) || out.includes(test.secret.slice(18, -4)));
});

test('without --json the key alone is on standard output', async (t) => {
  const { out, err } = await keys(freshFolder(t), 'create', '--plan', 'free', '--test');
  t.match(out, /^aidet_test_sk_\w{33}\n$/);
  t.match(err, /free, test.*shown this once/);
});

test('addresses and an end are taken over', async (t) => {
  const dataDir = freshFolder(t);
  const made = await json(
    dataDir,
    'create',
    '--plan',
    'pro',
    '--ip',
    '10.0.0.0/8',
    '--ip',
    '::1',
    '--expires-at',
    '2999-01-31',
  );
  t.match(made, { ip_allowlist: ['10.0.0.0/8', '::1'], expires_at: '2999-01-31T00:00:00.000Z' });
});

test('rotation and revocation, by the key alone', async (t) => {
  const dataDir = freshFolder(t);
  const old = await json(dataDir, 'create', '--plan', 'pro', '--name', 'shop');
  const young = await json(dataDir, 'rotate', old.id, '--grace', '3600');
  t.match(young, { name: 'shop', project: old.project, expires_at: null });
  const [first, second] = await json(dataDir, 'list', '--project', old.project);
  const grace = [first, second].find((key) => key.id === old.id).expires_at;
  t.ok(Date.parse(grace) > Date.now() && Date.parse(grace) <= Date.now() + 3_600_000);
  t.match(await json(dataDir, 'revoke', young.id), { id: young.id, revoked_at: String });
  t.match((await keys(dataDir, 'revoke', young.id)).out, `${young.id} is revoked\n`);
});

test('a server that runs on the same folder notices within a second', async (t) => {
  const dataDir = freshFolder(t);
  const server = openTestAccounts(t, {
    dataDir,
    db: openDatabase(dataDir),
    pepper: openSecrets(dataDir).pepper,
  });
  const may = (secret: string): boolean => {
    server.pass(999);
    try {
      return server.accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1') !== undefined;
    } catch {
      return false;
    }
  };
  const made = await json(dataDir, 'create', '--plan', 'pro');
  t.equal(may(made.secret), true);
  server.accounts
    .charge(server.accounts.authenticate(`Bearer ${made.secret}`, 'detect', '127.0.0.1'), 1)
    .settle(1);
  await json(dataDir, 'revoke', made.id);
  t.equal(may(made.secret), false);
  server.accounts.close();
  t.same(server.reports, [], 'and stored its counts meanwhile');
});

test('wrong use is said in words', async (t) => {
  const dataDir = freshFolder(t);
  const wrong: [string[], RegExp][] = [
    [[], /say one of create, list, rotate, revoke/],
    [['toString'], /say one of/],
    [['create'], /either --plan, for a new project, or --project/],
    [['create', '--plan', 'pro', '--project', 'proj_1'], /either/],
    [['create', '--plan', 'pro', 'extra'], /takes no operand/],
    [['create', '--plan', 'pro', '--expires-at', 'tomorrow'], /--expires-at takes/],
    [['create', '--plan', 'pro', '--expires-at', '2027-02-31T00:00'], /--expires-at takes/],
    [['list', '--plan', 'pro'], /keys list takes no --plan/],
    [['rotate'], /the id of one key/],
    [['rotate', 'key_1', '--grace', '1h'], /whole seconds/],
    [['create', '--colour', 'red'], /colour/],
  ];
  for (const [argv, message] of wrong)
    await t.rejects(keys(dataDir, ...argv), { name: 'UsageError', message });
  await t.rejects(keys(dataDir, 'create', '--plan', 'gold'), {
    code: 'invalid_request',
    message: /no plan of this name/,
  });
  await t.rejects(keys(dataDir, 'create', '--project', 'proj_1'), { code: 'not_found' });
  await t.rejects(keys(dataDir, 'revoke', 'key_1'), { code: 'not_found' });
  t.match((await keys(dataDir, 'list')).err, /no key yet/);
  t.match(await keys(dataDir, '--help'), { code: 0, out: /Usage: aidet keys/ });
});
