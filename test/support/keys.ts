import type { Test } from 'tap';
import { createAccounts } from '../../src/accounts/accounts.js';
import type { Accounts, KeyOptions, NewKey, Overrides } from '../../src/accounts/types.js';
import { openDatabase } from '../../src/storage/database.js';
import { openSecrets } from '../../src/storage/secrets.js';

/** Accounts beside a running server on its data folder, as the command line has them. */
export function accountsBeside(t: Test, dataDir: string): Accounts {
  const db = openDatabase(dataDir);
  const clock = { nowMs: Date.now, monotonicMs: () => performance.now() };
  const report = (error: Error): void => {
    throw error;
  };
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

/** A key of a new project, without limits but those given. */
export function keyWith(
  accounts: Accounts,
  overrides: Overrides = {},
  options: Partial<KeyOptions> = {},
): NewKey {
  const { id } = accounts.createProject('enterprise');
  accounts.updateProject(id, { overrides });
  return accounts.createKey(id, { livemode: true, ...options });
}
