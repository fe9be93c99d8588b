/** Child process of crash.test.ts: counts scans and requests, says how many on each line, until its input ends. */
import { writeSync } from 'node:fs';
import { createAccounts } from '../../src/accounts/accounts.js';
import { openDatabase } from '../../src/storage/database.js';
import { PEPPER } from '../support/accounts.js';

const [dataDir = '', secret = ''] = process.argv.slice(2);
const db = openDatabase(dataDir);
const clock = { nowMs: Date.now, monotonicMs: () => performance.now() };
const report = (error: Error): void => {
  throw error;
};
const accounts = createAccounts({ db, clock, pepper: PEPPER, report }, { plansFile: '' });
const principal = accounts.authenticate(`Bearer ${secret}`, 'detect', '127.0.0.1');
let counted = 0;
const timer = setInterval(() => {
  accounts.admit(principal, 'detect');
  accounts.charge(principal, 1).settle(1);
  writeSync(1, `${++counted}\n`);
}, 2);
process.stdin.resume().on('end', () => {
  clearInterval(timer);
  accounts.close();
  db.close();
});
