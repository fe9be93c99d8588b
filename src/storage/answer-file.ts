/**
 * Stored answers on disk, in a SQLite file of their own: it may be lost (a retry is then executed once more), so it is neither
 * flushed with each answer nor part of a backup, and a damaged one is replaced. A killed process loses nothing, a power cut
 * the last moments.
 */
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createDataDir } from './database.js';

export interface AnswerRow {
  /** Hash of project, mode and key. */
  id: Buffer;
  project_id: string;
  fingerprint: string;
  answer: Buffer;
  made_ms: number;
  expires_ms: number;
}

export interface AnswerFile {
  put(row: AnswerRow): void;
  get(id: Buffer): AnswerRow | undefined;
  /** Removes up to `rowsMax` answers: expired ones, then, while the file holds more than its limit, the oldest. */
  prune(nowMs: number, rowsMax: number): void;
  bytes(): number;
  close(): void;
}

const SCHEMA_VERSION = 2;
const SCHEMA = `
  CREATE TABLE answers (
    id BLOB PRIMARY KEY,
    project_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    bytes INTEGER GENERATED ALWAYS AS (length(answer)) STORED
  ) STRICT;
  CREATE INDEX answers_by_expiry ON answers (expires_ms, bytes);
`;

/**
 * @param bytesMax Of answers; the file itself is somewhat larger.
 * @param report Told where a damaged file was replaced.
 */
export function openAnswerFile(
  dataDir: string,
  bytesMax: number,
  report: (error: Error) => void,
): AnswerFile {
  createDataDir(dataDir);
  const path = join(dataDir, 'answers.db');
  let db: Sqlite.Database;
  try {
    db = open(path);
  } catch (error) {
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(String((error as { code?: unknown }).code))) throw error;
    report(
      new Error(`${path} was damaged and is begun anew; answers stored there are lost`, { cause: error }),
    );
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    db = open(path);
  }
  const insert = db.prepare<AnswerRow>(
    `INSERT OR REPLACE INTO answers (id, project_id, fingerprint, answer, made_ms, expires_ms)
     VALUES (@id, @project_id, @fingerprint, @answer, @made_ms, @expires_ms)`,
  );
  const select = db.prepare<[Buffer], AnswerRow>(
    'SELECT id, project_id, fingerprint, answer, made_ms, expires_ms FROM answers WHERE id = ?',
  );
  const sizeOf = db.prepare<[Buffer], number>('SELECT bytes FROM answers WHERE id = ?').pluck();
  const oldest = db.prepare<[number], { rowid: number; expires_ms: number; bytes: number }>(
    'SELECT rowid, expires_ms, bytes FROM answers ORDER BY expires_ms LIMIT ?',
  );
  const remove = db.prepare<[number]>('DELETE FROM answers WHERE rowid = ?');
  let held = db.prepare<[], number>('SELECT ifnull(sum(bytes), 0) FROM answers').pluck().get() ?? 0;

  const removeAll = db.transaction((rows: { rowid: number }[]): void => {
    for (const { rowid } of rows) remove.run(rowid);
  }).immediate;

  return {
    put(row) {
      const replaced = sizeOf.get(row.id) ?? 0;
      insert.run(row);
      held += row.answer.length - replaced;
    },
    get: (id) => select.get(id),
    prune(nowMs, rowsMax) {
      let left = held;
      const gone = oldest.all(rowsMax).filter(({ expires_ms, bytes }) => {
        if (expires_ms > nowMs && left <= bytesMax) return false;
        left -= bytes;
        return true;
      });
      if (gone.length > 0) removeAll(gone);
      held = left;
    },
    bytes: () => held,
    close: () => db.close(),
  };
}

function open(path: string): Sqlite.Database {
  // SQLite gives its -wal and -shm files the mode of this one.
  closeSync(openSync(path, 'a', 0o600));
  const db = new Sqlite(path);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    const version = db.pragma('user_version', { simple: true });
    if (version !== SCHEMA_VERSION) {
      db.exec(`DROP TABLE IF EXISTS answers; ${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    db.prepare('SELECT count(*) FROM answers').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
