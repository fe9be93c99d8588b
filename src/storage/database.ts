/**
 * The one SQLite database of a data directory. Several processes may have it open: WAL lets all of them read while one
 * writes. A commit is on disk when it returns.
 */
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { MIGRATIONS } from './migrations.js';

export type Database = Sqlite.Database;

/** What an operator must mend; the message says where and how. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Beyond this the check of a whole file would hold up the start. */
const CHECKED_BYTES_MAX = 64_000_000;

/**
 * Opens the database of `dataDir`, made where it is missing, and brings its schema up to date.
 * @param busyTimeoutMs How long a write waits for another process's write; it blocks the thread for that long.
 * @throws StorageError
 */
export function openDatabase(dataDir: string, { busyTimeoutMs = 1000 } = {}): Database {
  const path = join(dataDir, 'aidet.db');
  let db: Database | undefined;
  try {
    createDataDir(dataDir);
    // SQLite gives its -wal and -shm files the mode of this one.
    closeSync(openSync(path, 'a', 0o600));
    db = new Sqlite(path, { timeout: busyTimeoutMs });
    const mode = db.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal')
      throw new StorageError(
        `${path} can not use write-ahead logging; the data directory needs a local disk`,
      );
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    if (statSync(path).size <= CHECKED_BYTES_MAX && db.pragma('quick_check(1)', { simple: true }) !== 'ok')
      throw new StorageError(damaged(path));
    migrate(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof StorageError ? error : explain(error, path);
  }
}

/** Only its owner may look into a data directory that is made here; an existing one is left as it is. */
export function createDataDir(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
}

function migrate(db: Database, path: string): void {
  const versionOf = (): number => db.pragma('user_version', { simple: true }) as number;
  if (versionOf() === MIGRATIONS.length) return;
  // Immediate: of two processes that start at once, the second waits and then finds nothing to do.
  const run = db.transaction(() => {
    const version = versionOf();
    if (version > MIGRATIONS.length)
      throw new StorageError(
        `${path} was written by a newer aidet (schema ${version}, this one knows ${MIGRATIONS.length}); update aidet`,
      );
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  run.immediate();
}

function damaged(path: string): string {
  return `${path} is damaged or no SQLite database; restore it from a backup, or move it away to start anew`;
}

/** Says in an operator's words why the database does not open. */
function explain(error: unknown, path: string): StorageError {
  const code = String((error as { code?: unknown }).code ?? '');
  return new StorageError(`${describe(code, path)} (${(error as Error).message})`, { cause: error });
}

function describe(code: string, path: string): string {
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) return damaged(path);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return `${path} is locked by another process; end it or let it finish`;
  if (/^(EACCES|EPERM|EROFS|SQLITE_(READONLY|PERM|AUTH))/.test(code))
    return `${path} can not be written; check owner and mode of the data directory`;
  if (/^(ENOSPC|EDQUOT|SQLITE_FULL)/.test(code)) return `No space left for ${path}`;
  return `${path} can not be opened`;
}
