import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openKeyRing } from '../../src/storage/key-ring.js';
import { freshFolder } from '../support/folders.js';

const DAY_MS = 86_400_000;
const PLAIN = Buffer.from('what nobody else should read');

function ringOf(dataDir: string, clock: { ms: number }) {
  return openKeyRing(dataDir, { nowMs: () => clock.ms, rotateMs: 90 * DAY_MS });
}

const keysIn = (dataDir: string): string[] => readdirSync(join(dataDir, 'at-rest-keys')).sort();

test('what was sealed opens again, and the bytes show nothing of it', async (t) => {
  const dataDir = freshFolder(t);
  const clock = { ms: 1_800_000_000_000 };
  const ring = ringOf(dataDir, clock);
  for (const plain of [PLAIN, Buffer.alloc(0), Buffer.alloc(1_000_000, 7)]) {
    const sealed = ring.seal(plain, 'a');
    t.ok(ring.open(sealed, 'a').equals(plain));
    if (plain.length > 0) t.notOk(sealed.includes(plain.subarray(0, 16)));
  }
  t.notOk(ring.seal(PLAIN, 'a').equals(ring.seal(PLAIN, 'a')), 'no two messages are the same');
  t.ok(ringOf(dataDir, clock).open(ring.seal(PLAIN, 'a'), 'a').equals(PLAIN), 'after a restart too');
});

test('a message that was changed anywhere, cut off or moved does not open', async (t) => {
  const ring = ringOf(freshFolder(t), { ms: Date.now() });
  const sealed = ring.seal(PLAIN, 'artifact 1');
  t.throws(() => ring.open(sealed, 'artifact 2'), { name: 'StorageError' });
  t.throws(() => ring.open(Buffer.alloc(0), 'artifact 1'), { name: 'StorageError' });
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] as number) ^ 1;
    try {
      ring.open(changed, 'artifact 1');
      t.fail(`byte ${at} was changed and nobody noticed`);
    } catch (error) {
      if ((error as Error).name !== 'StorageError') t.error(error, `byte ${at}`);
    }
    try {
      ring.open(sealed.subarray(0, at), 'artifact 1');
      t.fail(`cut at ${at} and nobody noticed`);
    } catch (error) {
      if ((error as Error).name !== 'StorageError') t.error(error, `cut at ${at}`);
    }
  }
});

test('a key gets a successor after its time; old messages still open', async (t) => {
  const dataDir = freshFolder(t);
  const clock = { ms: 1_800_000_000_000 };
  const ring = ringOf(dataDir, clock);
  const old = ring.seal(PLAIN, 'a');
  clock.ms += 90 * DAY_MS - 1;
  ring.seal(PLAIN, 'a');
  t.equal(keysIn(dataDir).length, 1);
  clock.ms += 1;
  const young = ring.seal(PLAIN, 'a');
  t.equal(keysIn(dataDir).length, 2);
  t.not(old.toString('latin1', 1, 27), young.toString('latin1', 1, 27));
  t.ok(ring.open(old, 'a').equals(PLAIN));
  t.ok(ring.open(young, 'a').equals(PLAIN));
  t.ok(ringOf(dataDir, clock).open(young, 'a').equals(PLAIN));
});

test('of two processes one rotates and the other reads what it sealed', async (t) => {
  const dataDir = freshFolder(t);
  const clock = { ms: 1_800_000_000_000 };
  const one = ringOf(dataDir, clock);
  const other = ringOf(dataDir, clock);
  t.equal(keysIn(dataDir).length, 1, 'both use the same key');
  const later = { ms: clock.ms + 91 * DAY_MS };
  const sealed = ringOf(dataDir, later).seal(PLAIN, 'a');
  t.ok(one.open(sealed, 'a').equals(PLAIN));
  t.ok(other.open(sealed, 'a').equals(PLAIN));
});

test('a key that is gone or damaged is named', async (t) => {
  const dataDir = freshFolder(t);
  const clock = { ms: 1_800_000_000_000 };
  const sealed = ringOf(dataDir, clock).seal(PLAIN, 'a');
  const [file = ''] = keysIn(dataDir);
  const path = join(dataDir, 'at-rest-keys', file);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(statSync(join(dataDir, 'at-rest-keys')).mode & 0o777, 0o700);
  writeFileSync(path, 'abc');
  t.throws(() => ringOf(dataDir, clock), { name: 'StorageError', message: file });
  rmSync(path);
  const message = new RegExp(`${file.slice(0, 26)} is missing`);
  t.throws(() => ringOf(dataDir, clock).open(sealed, 'a'), { name: 'StorageError', message });
});
