import { createAccounts } from '../accounts/accounts.js';
import type { Accounts } from '../accounts/types.js';
import type { Settings } from '../config/schema.js';
import { openDatabase } from '../storage/database.js';
import { openSecrets } from '../storage/secrets.js';

/** Opens the accounts of a data directory, beside a server where one runs on it. */
export function withAccounts(settings: Settings, use: (accounts: Accounts) => void): void {
  const db = openDatabase(settings.data_dir);
  try {
    const accounts = createAccounts(
      {
        db,
        clock: { nowMs: Date.now, monotonicMs: () => performance.now() },
        pepper: openSecrets(settings.data_dir).pepper,
        report: (error) => {
          throw error;
        },
      },
      { plansFile: settings.plans_file },
    );
    use(accounts);
    accounts.close();
  } finally {
    db.close();
  }
}
