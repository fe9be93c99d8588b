import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { openDatabase } from '../../src/storage/database.js';
import { MIGRATIONS } from '../../src/storage/migrations.js';
import { freshFolder } from '../support/folders.js';

const refused = (message: RegExp) => ({ name: 'StorageError', message });

/** Names and definitions of everything in the schema. */
function schemaOf(path: string): unknown[] {
  const db = new Sqlite(path, { readonly: true });
  try {
    return db
      .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
      .all();
  } finally {
    db.close();
  }
}

/** A database as version `version` left it, with a row in every table. */
function olderDatabase(t: Test, version: number): string {
  const dataDir = freshFolder(t);
  const db = new Sqlite(join(dataDir, 'aidet.db'));
  for (const sql of MIGRATIONS.slice(0, version)) db.exec(sql);
  db.pragma(`user_version = ${version}`);
  if (version > 0) {
    db.exec(`
      INSERT INTO projects (id, name, plan, created_ms) VALUES ('proj_1', 'p', 'pro', 1);
      INSERT INTO keys (id, project_id, hash, prefix, last4, name, livemode, scopes, ip_allowlist, created_ms)
        VALUES ('key_1', 'proj_1', x'00', 'a', 'b', 'k', 1, '["*"]', '[]', 1);
      INSERT INTO usage_scans VALUES ('proj_1', 1, '2026-11-24', 17);
      INSERT INTO usage_requests VALUES ('proj_1', 1, '2026-11', 'detect', 18);
    `);
  }
  db.close();
  return dataDir;
}

test('a fresh database is durable and for its owner alone', async (t) => {
  const dataDir = join(freshFolder(t), 'deep', 'data');
  const db = openDatabase(dataDir);
  t.equal(db.pragma('journal_mode', { simple: true }), 'wal');
  t.equal(db.pragma('synchronous', { simple: true }), 2, 'FULL');
  t.equal(db.pragma('foreign_keys', { simple: true }), 1);
  t.equal(db.pragma('user_version', { simple: true }), MIGRATIONS.length);
  db.exec("INSERT INTO projects (id, name, plan, created_ms) VALUES ('proj_1', 'p', 'pro', 1)");
  for (const name of ['aidet.db', 'aidet.db-wal', 'aidet.db-shm'])
    t.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600, name);
  t.equal(statSync(dataDir).mode & 0o777, 0o700);
  db.close();
});

test('every older schema is led to the newest, and keeps what it holds', async (t) => {
  const fresh = olderDatabase(t, 0);
  openDatabase(fresh).close();
  const newest = schemaOf(join(fresh, 'aidet.db'));
  for (let version = 1; version <= MIGRATIONS.length; version++) {
    const dataDir = olderDatabase(t, version);
    const db = openDatabase(dataDir);
    t.equal(db.pragma('user_version', { simple: true }), MIGRATIONS.length);
    t.equal(db.prepare('SELECT plan FROM projects').pluck().get(), 'pro');
    t.equal(db.prepare('SELECT scopes FROM keys').pluck().get(), '["*"]');
    t.equal(db.prepare('SELECT scans FROM usage_scans').pluck().get(), 17);
    t.equal(db.prepare('SELECT requests FROM usage_requests').pluck().get(), 18);
    db.close();
    t.same(schemaOf(join(dataDir, 'aidet.db')), newest, `from version ${version}`);
  }
});

test('a database of a newer aidet is left alone', async (t) => {
  const dataDir = olderDatabase(t, MIGRATIONS.length);
  const path = join(dataDir, 'aidet.db');
  const db = new Sqlite(path);
  db.pragma('journal_mode = WAL');
  db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
  db.close();
  const before = readFileSync(path);
  t.throws(() => openDatabase(dataDir), refused(/written by a newer aidet .*update aidet/));
  t.ok(readFileSync(path).equals(before));
});

test('a file that is damaged or no database is named, and not touched', async (t) => {
  const dataDir = olderDatabase(t, 1);
  const path = join(dataDir, 'aidet.db');
  const whole = readFileSync(path);
  const damages: Record<string, Buffer> = {
    'no database': Buffer.from('hello '.repeat(1000)),
    'cut off': whole.subarray(0, whole.length / 2),
    'head overwritten': Buffer.concat([Buffer.alloc(100, 255), whole.subarray(100)]),
    'pages overwritten': Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 255)]),
  };
  for (const [name, bytes] of Object.entries(damages)) {
    writeFileSync(path, bytes);
    t.throws(
      () => openDatabase(dataDir),
      refused(/aidet\.db is damaged or no SQLite database; restore it/),
      name,
    );
  }
});

test('a database that another process holds is named', async (t) => {
  const dataDir = olderDatabase(t, 1);
  const other = new Sqlite(join(dataDir, 'aidet.db'));
  other.exec('BEGIN EXCLUSIVE');
  t.throws(() => openDatabase(dataDir, { busyTimeoutMs: 1 }), refused(/is locked by another process/));
  other.exec('ROLLBACK');
  other.close();
  openDatabase(dataDir).close();
});

test('two may have it open, one migrates', async (t) => {
  const dataDir = olderDatabase(t, 1);
  const one = openDatabase(dataDir);
  const other = openDatabase(dataDir);
  one.exec("UPDATE projects SET name = 'changed'");
  t.equal(other.prepare('SELECT name FROM projects').pluck().get(), 'changed');
  one.close();
  other.close();
});

test('a folder that is a file, and a database that is a folder', async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, 'file'), '');
  t.throws(() => openDatabase(join(folder, 'file')), refused(/can not be opened|can not be written/));
  mkdirSync(join(folder, 'aidet.db'));
  t.throws(() => openDatabase(folder), refused(/can not be opened|can not be written/));
});

test('a folder that can not be written', {
  skip: process.getuid?.() === 0 && 'root may write everywhere',
}, async (t) => {
  const folder = freshFolder(t);
  chmodSync(folder, 0o500);
  t.throws(() => openDatabase(folder), refused(/check owner and mode/));
  chmodSync(folder, 0o700);
});

test('a copy made while it runs opens', async (t) => {
  const dataDir = olderDatabase(t, 1);
  const db = openDatabase(dataDir);
  db.exec("UPDATE projects SET name = 'in the log'");
  const backup = freshFolder(t);
  await db.backup(join(backup, 'aidet.db'));
  db.close();
  const copy = openDatabase(backup);
  t.equal(copy.prepare('SELECT name FROM projects').pluck().get(), 'in the log');
  copy.close();
});
