import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { createAccounts } from '../../src/accounts/accounts.js';
import type { Accounts, Principal } from '../../src/accounts/types.js';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { openSecrets } from '../../src/storage/secrets.js';
import { freshFolder } from './folders.js';

export const PEPPER = Buffer.alloc(32, 5);
/** 2026-11-24T10:00:00Z */
export const START_MS = Date.UTC(2026, 10, 24, 10);

export interface TestAccounts {
  accounts: Accounts;
  db: Database;
  dataDir: string;
  reports: Error[];
  /** Both clocks at once. */
  pass(ms: number): void;
  clock: { wallMs: number; monotonicMs: number };
  /** Who a new key on a plan is. */
  principal(plan: string, livemode?: boolean): Principal;
}

export interface Form {
  dataDir?: string;
  plans?: object;
  pepper?: Uint8Array;
  db?: Database;
}

/** Accounts on a database of their own, with clocks that stand still. */
export function openTestAccounts(
  t: Test,
  { dataDir = freshFolder(t), plans, pepper = PEPPER, db: given }: Form = {},
): TestAccounts {
  const clock = { wallMs: START_MS, monotonicMs: 1000 };
  const reports: Error[] = [];
  const db = given ?? openDatabase(dataDir);
  const plansFile = plans === undefined ? '' : join(dataDir, 'plans.json');
  if (plans !== undefined) writeFileSync(plansFile, JSON.stringify(plans));
  const accounts = createAccounts(
    {
      db,
      clock: { nowMs: () => clock.wallMs, monotonicMs: () => clock.monotonicMs },
      pepper,
      report: (error) => reports.push(error),
    },
    { plansFile },
  );
  t.teardown(() => {
    if (!db.open) return;
    accounts.close();
    db.close();
  });
  return {
    accounts,
    db,
    dataDir,
    reports,
    clock,
    pass(ms) {
      clock.wallMs += ms;
      clock.monotonicMs += ms;
    },
    principal(plan, livemode = true) {
      const { secret } = accounts.createProjectWithKey(plan, { livemode });
      return accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
    },
  };
}

/** One plan of a plans file, without limits but those given. */
export function planOf(limits: object): object {
  const none = { sustained_rps: null, burst_rps: null, concurrent_batches: null, scans_per_month: null };
  return { ...none, features: [], ...limits };
}

/** The accounts of a server that runs on the same folder, as the command line opens them beside it. */
export function openBeside(t: Test, dataDir: string): Accounts {
  const db = openDatabase(dataDir);
  const clock = { nowMs: Date.now, monotonicMs: () => performance.now() };
  const report = (error: Error): void => void t.error(error);
  const accounts = createAccounts(
    { db, clock, pepper: openSecrets(dataDir).pepper, report },
    { plansFile: '' },
  );
  t.teardown(() => {
    accounts.close();
    db.close();
  });
  return accounts;
}
