import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { createOnce, openSecrets } from '../../src/storage/secrets.js';
import { freshFolder } from '../support/folders.js';

test('the secret is made once, for its owner alone, and each use has its own key', async (t) => {
  const dataDir = freshFolder(t);
  const first = openSecrets(dataDir);
  t.same(openSecrets(dataDir), first);
  t.equal(first.pepper.byteLength, 32);
  t.equal(first.urlSecret.byteLength, 32);
  t.notSame(first.pepper, first.urlSecret);
  t.notSame(openSecrets(freshFolder(t)), first, 'another server has another one');
  const path = join(dataDir, 'server.secret');
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(dataDir), ['server.secret']);
  const text = readFileSync(path, 'utf8').trim();
  for (const key of [first.pepper, first.urlSecret]) t.not(Buffer.from(key).toString('hex'), text);
});

test('a secret that was damaged is not replaced', async (t) => {
  const dataDir = freshFolder(t);
  openSecrets(dataDir);
  const path = join(dataDir, 'server.secret');
  for (const text of ['', 'abc', 'g'.repeat(64), 'a'.repeat(65)]) {
    writeFileSync(path, text);
    t.throws(() => openSecrets(dataDir), { name: 'StorageError', message: /server\.secret .*restore it/ });
    t.equal(readFileSync(path, 'utf8'), text);
  }
});

test('of two that make the same file one wins', async (t) => {
  const path = join(freshFolder(t), 'once');
  createOnce(path, () => {
    createOnce(path, () => 'second');
    return 'first';
  });
  t.equal(readFileSync(path, 'utf8'), 'second', 'whoever was there first');
  t.same(readdirSync(join(path, '..')), ['once'], 'and no draft is left');
});
