/** Projects from the command line, on the data directory of a server that may be running: it notices within a second. */
import type { Accounts, Overrides, Project, Retention } from '../accounts/types.js';
import { formatOverrides, parseOverrides } from '../domain/plans.js';
import { type Arguments, parseArguments } from './arguments.js';
import { EXIT, type Io, printLine, UsageError } from './io.js';
import { columns, isoOf, timeOf } from './output.js';
import { withAccounts } from './with-accounts.js';

const HELP = `Usage: aidet projects list [--json]
       aidet projects set PROJECT_ID [--plan PLAN] [--name NAME] [--limit FIELD=VALUE]... [--suspend | --resume]
                          [--paid-until TIME|never] [--retention WHAT=SECONDS]... [--json]

--limit gives a project its own number instead of its plan's: sustained_rps, burst_rps, concurrent_batches,
scans_per_month. VALUE is a number, 'unlimited', or 'plan' for the plan's again. A suspended project's scans answer
payment_required, and so do those after --paid-until (ISO 8601: 2027-01-31 or 2027-01-31T12:00:00Z).

--retention says how long the server may keep what is the project's, in seconds, or 'default' for the server's settings
again. WHAT is results (answers for Idempotency-Key and cached verdicts; 0: neither is kept) or artifacts (heatmaps and
forensic pictures; 0: none is stored). What is stored already and too old by it is not given any more.

aidet keys create makes a project with its first key. All take --data-dir DIR and --plans-file FILE as the server does.`;

const OPTIONS = {
  plan: { type: 'string' },
  name: { type: 'string' },
  limit: { type: 'string', multiple: true },
  suspend: { type: 'boolean' },
  resume: { type: 'boolean' },
  'paid-until': { type: 'string' },
  retention: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

type Values = Arguments['values'];

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, positionals, resolved } = parseArguments(argv, OPTIONS, io);
  if (values.help) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const [action, id, ...rest] = positionals;
  const given = Object.keys(OPTIONS).filter((name) => name !== 'json' && values[name] !== undefined);
  if (action === 'list' && id === undefined && given.length === 0)
    withAccounts(resolved.settings, (accounts) => print(accounts.projects(), values, io));
  else if (action === 'set' && id !== undefined && rest.length === 0 && given.length > 0)
    withAccounts(resolved.settings, (accounts) => print([set(accounts, id, values)], values, io));
  else throw new UsageError('say `list`, or `set` with the id of one project and what to change');
  return EXIT.ok;
}

function set(accounts: Accounts, id: string, values: Values): Project {
  const { plan, name, limit, suspend, resume, 'paid-until': paidUntil, retention } = values;
  if (suspend && resume) throw new UsageError('--suspend and --resume exclude each other');
  const before = accounts.project(id);
  return accounts.updateProject(id, {
    ...(typeof plan === 'string' ? { plan } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(Array.isArray(limit) ? { overrides: withLimits(before.overrides, limit.map(String)) } : {}),
    ...(Array.isArray(retention)
      ? { retention: withRetention(before.retention, retention.map(String)) }
      : {}),
    ...(suspend ? { suspendedMs: before.suspendedMs ?? Date.now() } : {}),
    ...(resume ? { suspendedMs: null } : {}),
    ...(typeof paidUntil === 'string'
      ? { paidUntilMs: paidUntil === 'never' ? null : timeOf(paidUntil, '--paid-until') }
      : {}),
  });
}

function withLimits(overrides: Overrides, limits: string[]): Overrides {
  const fields = formatOverrides(overrides);
  for (const limit of limits) {
    const [field = '', value = ''] = limit.split('=', 2);
    if (value === 'plan') delete fields[field];
    else if (value === 'unlimited') fields[field] = null;
    else if (/^\d+(\.\d+)?$/.test(value)) fields[field] = Number(value);
    else throw new UsageError(`--limit takes FIELD=VALUE with a number, unlimited or plan (got '${limit}')`);
  }
  try {
    return parseOverrides(fields, '--limit');
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function withRetention(before: Retention, given: string[]): Retention {
  const after = { ...before };
  for (const text of given) {
    const [, what, value] = /^(results|artifacts)=(default|\d+)$/.exec(text) ?? [];
    if (what === undefined)
      throw new UsageError(
        `--retention takes results=SECONDS or artifacts=SECONDS, or default for SECONDS (got '${text}')`,
      );
    after[what === 'results' ? 'resultsS' : 'artifactsS'] = value === 'default' ? null : Number(value);
  }
  return after;
}

function print(projects: Project[], values: Values, io: Io): void {
  const rows = projects.map(
    ({ id, name, plan, overrides, createdMs, suspendedMs, paidUntilMs, retention }) => ({
      id,
      name,
      plan,
      overrides: formatOverrides(overrides),
      created_at: isoOf(createdMs),
      suspended_at: isoOf(suspendedMs),
      paid_until: isoOf(paidUntilMs),
      retention: { results_s: retention.resultsS, artifacts_s: retention.artifactsS },
    }),
  );
  if (values.json) {
    printLine(io.stdout, JSON.stringify(rows, null, 2));
    return;
  }
  const head = ['id', 'plan', 'own limits', 'suspended', 'paid until', 'results', 'artifacts', 'name'];
  const cells = rows.map((row) => [
    row.id,
    row.plan,
    Object.entries(row.overrides)
      .map(([field, value]) => `${field}=${value ?? 'unlimited'}`)
      .join(' ') || '-',
    row.suspended_at ?? '-',
    row.paid_until ?? '-',
    secondsOrDash(row.retention.results_s),
    secondsOrDash(row.retention.artifacts_s),
    row.name,
  ]);
  for (const line of columns([head, ...cells])) printLine(io.stdout, line);
}

function secondsOrDash(seconds: number | null): string {
  return seconds === null ? '-' : `${seconds} s`;
}
