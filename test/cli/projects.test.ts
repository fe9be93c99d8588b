import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { run as keysCommand } from '../../src/cli/keys.js';
import { run as projectsCommand } from '../../src/cli/projects.js';
import { openBeside } from '../support/accounts.js';
import { freshFolder } from '../support/folders.js';

type Command = (argv: string[], io: Parameters<typeof keysCommand>[1]) => Promise<number>;

async function output(command: Command, dataDir: string, ...argv: string[]): Promise<string> {
  const stdout = new PassThrough();
  const io = { stdout, stderr: new PassThrough(), stdin: new PassThrough(), env: {}, cwd: dataDir };
  await command([...argv, '--data-dir', dataDir], io);
  stdout.end();
  return text(stdout);
}

const newKey = async (dataDir: string, plan: string): Promise<{ secret: string; project: string }> =>
  JSON.parse(await output(keysCommand, dataDir, 'create', '--plan', plan, '--json'));

const set = async (dataDir: string, ...argv: string[]) =>
  JSON.parse(await output(projectsCommand, dataDir, 'set', ...argv, '--json'))[0];

test('plan and limits of a project change, one by one, and back', async (t) => {
  const dataDir = freshFolder(t);
  const { secret, project } = await newKey(dataDir, 'free');
  const limits = () => openBeside(t, dataDir).authenticate(`Bearer ${secret}`, 'detect', '::1').limits;
  t.match(await set(dataDir, project, '--plan', 'pro', '--name', 'Shop'), {
    id: project,
    plan: 'pro',
    name: 'Shop',
    overrides: {},
  });
  const own = [
    '--limit',
    'scans_per_month=5000',
    '--limit',
    'burst_rps=unlimited',
    '--limit',
    'sustained_rps=0.5',
  ];
  t.match(await set(dataDir, project, ...own), {
    plan: 'pro',
    overrides: { scans_per_month: 5000, burst_rps: null, sustained_rps: 0.5 },
  });
  t.match(limits(), { sustainedRps: 0.5, burstRps: null, scansPerMonth: 5000, concurrentBatches: 10 });
  t.same((await set(dataDir, project, '--limit', 'scans_per_month=plan')).overrides, {
    burst_rps: null,
    sustained_rps: 0.5,
  });
  t.match(limits(), { scansPerMonth: 100_000 });
  t.match(
    await output(projectsCommand, dataDir, 'list'),
    /pro +sustained_rps=0.5 burst_rps=unlimited +- +- +- +- +Shop/,
  );
});

test('suspended, resumed, paid until', async (t) => {
  const dataDir = freshFolder(t);
  const { secret, project } = await newKey(dataDir, 'pro');
  const scan = (): void => {
    const accounts = openBeside(t, dataDir);
    accounts.charge(accounts.authenticate(`Bearer ${secret}`, 'detect', '::1'), 1).settle(0);
  };
  t.match(await set(dataDir, project, '--suspend'), { suspended_at: String });
  t.throws(scan, { code: 'payment_required', message: /suspended/ });
  t.match(await set(dataDir, project, '--resume', '--paid-until', '2020-01-31'), {
    suspended_at: null,
    paid_until: '2020-01-31T00:00:00.000Z',
  });
  t.throws(scan, { code: 'payment_required', message: /subscription/ });
  t.match(await set(dataDir, project, '--paid-until', 'never'), { paid_until: null });
  t.doesNotThrow(scan);
});

test('retention in seconds, zero included, each on its own, and back to the default', async (t) => {
  const dataDir = freshFolder(t);
  const { secret, project } = await newKey(dataDir, 'enterprise');
  const retention = () => openBeside(t, dataDir).authenticate(`Bearer ${secret}`, 'detect', '::1').retention;
  t.same(retention(), { resultsS: null, artifactsS: null });
  t.match(await set(dataDir, project, '--retention', 'results=0'), {
    retention: { results_s: 0, artifacts_s: null },
  });
  await set(dataDir, project, '--retention', 'artifacts=3600');
  t.same(retention(), { resultsS: 0, artifactsS: 3600 });
  t.match(await output(projectsCommand, dataDir, 'list'), /enterprise +- +- +- +0 s +3600 s/);
  await set(dataDir, project, '--retention', 'results=default', '--retention', 'artifacts=0');
  t.same(retention(), { resultsS: null, artifactsS: 0 });
  await t.rejects(output(projectsCommand, dataDir, 'set', project, '--retention', 'results=1000000000'), {
    code: 'invalid_request',
    param: 'retention',
  });
});

test('wrong use is said in words and changes nothing', async (t) => {
  const dataDir = freshFolder(t);
  const { project } = await newKey(dataDir, 'pro');
  const wrong: [string[], RegExp][] = [
    [[], /say `list`/],
    [['list', '--plan', 'pro'], /say `list`/],
    [['set', project], /what to change/],
    [['set', '--plan', 'pro'], /the id of one project/],
    [['set', project, '--suspend', '--resume'], /exclude each other/],
    [['set', project, '--limit', 'scans_per_month'], /--limit takes FIELD=VALUE/],
    [['set', project, '--limit', 'scans_per_month=-1'], /--limit takes FIELD=VALUE/],
    [['set', project, '--limit', 'scans_per_month=1.5'], /must be a whole number/],
    [['set', project, '--limit', 'price=1'], /not a field/],
    [['set', project, '--paid-until', 'soon'], /--paid-until takes/],
    [['set', project, '--retention', 'results=-1'], /--retention takes/],
    [['set', project, '--retention', 'logs=1'], /--retention takes/],
  ];
  for (const [argv, message] of wrong)
    await t.rejects(output(projectsCommand, dataDir, ...argv), { name: 'UsageError', message });
  await t.rejects(output(projectsCommand, dataDir, 'set', project, '--plan', 'gold'), {
    code: 'invalid_request',
  });
  await t.rejects(output(projectsCommand, dataDir, 'set', 'proj_none', '--plan', 'pro'), {
    code: 'not_found',
  });
  t.match(JSON.parse(await output(projectsCommand, dataDir, 'list', '--json')), [
    { id: project, plan: 'pro', overrides: {} },
  ]);
});
