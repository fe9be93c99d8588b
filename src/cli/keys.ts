/** API keys from the command line, on the data directory of a server that may be running: it notices within a second. */
import type { Accounts, KeyInfo, KeyOptions, NewKey } from '../accounts/types.js';
import { type Arguments, parseArguments } from './arguments.js';
import { EXIT, type Io, printLine, UsageError } from './io.js';
import { columns, isoOf, timeOf } from './output.js';
import { withAccounts } from './with-accounts.js';

const HELP = `Usage: aidet keys create --plan free|pro|enterprise [--test] [--name NAME] [--scope ENDPOINT]... [--ip CIDR]...
                         [--expires-at TIME] [--json]
       aidet keys create --project ID [the same options]
       aidet keys list [--project ID] [--json]
       aidet keys rotate KEY_ID [--grace SECONDS] [--json]
       aidet keys revoke KEY_ID [--json]

create   makes a new project on the plan and its first key, or a further key of a project. The key is shown once.
         --scope names an endpoint the key may use and may be repeated; the default '*' is every endpoint but 'admin',
         which manages keys. --ip admits an address or a range. TIME is ISO 8601: 2027-01-31 or 2027-01-31T12:00:00Z.
rotate   makes a key with the old one's settings; the old one works for --grace seconds more (default 86400).
revoke   ends a key at once, for good.

All take --data-dir DIR and --plans-file FILE as the server does.`;

const OPTIONS = {
  plan: { type: 'string' },
  project: { type: 'string' },
  name: { type: 'string' },
  test: { type: 'boolean' },
  scope: { type: 'string', multiple: true },
  ip: { type: 'string', multiple: true },
  'expires-at': { type: 'string' },
  grace: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const GRACE_S_DEFAULT = 86_400;

type Values = Arguments['values'];
type Action = (accounts: Accounts, values: Values, operands: string[], io: Io) => void;

const ACTIONS: Record<string, { options: (keyof typeof OPTIONS)[]; operands: number; run: Action }> = {
  create: {
    options: ['plan', 'project', 'name', 'test', 'scope', 'ip', 'expires-at'],
    operands: 0,
    run: create,
  },
  list: { options: ['project'], operands: 0, run: list },
  rotate: { options: ['grace'], operands: 1, run: rotate },
  revoke: { options: [], operands: 1, run: revoke },
};

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, positionals, resolved } = parseArguments(argv, OPTIONS, io);
  if (values['help']) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const [name = '', ...operands] = positionals;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) throw new UsageError(`say one of ${Object.keys(ACTIONS).join(', ')}`);
  const misplaced = Object.keys(OPTIONS).find(
    (option) =>
      values[option] !== undefined && option !== 'json' && !action.options.includes(option as never),
  );
  if (misplaced !== undefined) throw new UsageError(`keys ${name} takes no --${misplaced}`);
  if (operands.length !== action.operands)
    throw new UsageError(`keys ${name} takes ${action.operands === 0 ? 'no operand' : 'the id of one key'}`);
  withAccounts(resolved.settings, (accounts) => action.run(accounts, values, operands, io));
  return EXIT.ok;
}

function create(accounts: Accounts, values: Values, _: string[], io: Io): void {
  const plan = text(values['plan']);
  const project = text(values['project']);
  if ((plan === undefined) === (project === undefined))
    throw new UsageError('say either --plan, for a new project, or --project');
  const options: KeyOptions = { livemode: values['test'] !== true };
  const name = text(values['name']);
  const expiresAt = text(values['expires-at']);
  if (name !== undefined) options.name = name;
  if (Array.isArray(values['scope'])) options.scopes = values['scope'].map(String);
  if (Array.isArray(values['ip'])) options.ipAllowlist = values['ip'].map(String);
  if (expiresAt !== undefined) options.expiresMs = timeOf(expiresAt, '--expires-at');
  const key =
    project === undefined
      ? accounts.createProjectWithKey(plan as string, options)
      : accounts.createKey(project, options);
  printNew(key, values, io);
}

function list(accounts: Accounts, values: Values, _: string[], io: Io): void {
  const only = text(values['project']);
  const projects = only === undefined ? accounts.projects() : [accounts.project(only)];
  const rows = projects.flatMap(({ id, plan }) =>
    allKeys(accounts, id).map((key) => ({ ...toJson(key), plan })),
  );
  if (values['json']) printLine(io.stdout, JSON.stringify(rows, null, 2));
  else if (rows.length === 0) printLine(io.stderr, 'There is no key yet.');
  else for (const line of table(rows)) printLine(io.stdout, line);
}

function rotate(accounts: Accounts, values: Values, [id = '']: string[], io: Io): void {
  const grace = text(values['grace']);
  const graceS = grace === undefined ? GRACE_S_DEFAULT : /^\d+$/.test(grace) ? Number(grace) : Number.NaN;
  if (Number.isNaN(graceS)) throw new UsageError('--grace takes whole seconds');
  printNew(accounts.rotateKey({ projectId: accounts.projectOfKey(id) }, id, graceS), values, io);
}

function revoke(accounts: Accounts, values: Values, [id = '']: string[], io: Io): void {
  const key = accounts.revokeKey({ projectId: accounts.projectOfKey(id) }, id);
  if (values['json']) printLine(io.stdout, JSON.stringify(toJson(key), null, 2));
  else printLine(io.stdout, `${key.id} is revoked`);
}

function allKeys(accounts: Accounts, projectId: string): KeyInfo[] {
  const found: KeyInfo[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = accounts.listKeys(
      { projectId },
      { limit: 100, ...(cursor === undefined ? {} : { cursor }) },
    );
    found.push(...page.keys);
    cursor = page.nextCursor;
  }
  return found;
}

/** The key alone goes to standard output, so that it can be captured. */
function printNew(key: NewKey, values: Values, io: Io): void {
  if (values['json']) {
    printLine(io.stdout, JSON.stringify({ ...toJson(key), plan: key.plan, secret: key.secret }, null, 2));
    return;
  }
  printLine(
    io.stderr,
    `${key.id} of ${key.projectId} (${key.plan}, ${key.livemode ? 'live' : 'test'}). The key is shown this once; store it now:`,
  );
  printLine(io.stdout, key.secret);
}

/** By the names of the API. */
function toJson(key: KeyInfo) {
  return {
    id: key.id,
    project: key.projectId,
    name: key.name,
    livemode: key.livemode,
    prefix: key.prefix,
    last4: key.last4,
    scopes: key.scopes,
    ip_allowlist: key.ipAllowlist,
    created_at: isoOf(key.createdMs),
    expires_at: isoOf(key.expiresMs),
    revoked_at: isoOf(key.revokedMs),
    last_used_at: isoOf(key.lastUsedMs),
  };
}

function table(rows: (ReturnType<typeof toJson> & { plan: string })[]): string[] {
  const head = ['id', 'project', 'plan', 'mode', 'key', 'scopes', 'last used', 'ends', 'name'];
  const cells = rows.map((row) => [
    row.id,
    row.project,
    row.plan,
    row.livemode ? 'live' : 'test',
    `${row.prefix}…${row.last4}`,
    row.scopes.join(','),
    row.last_used_at ?? '-',
    row.revoked_at === null ? (row.expires_at ?? '-') : `revoked ${row.revoked_at}`,
    row.name,
  ]);
  return columns([head, ...cells]);
}

function text(value: Values[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
