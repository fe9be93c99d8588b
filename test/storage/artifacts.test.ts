import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { type ArtifactStore, openArtifactStore } from '../../src/storage/artifacts.js';
import { openKeyRing } from '../../src/storage/key-ring.js';
import { freshFolder } from '../support/folders.js';

const QUARTER_MS = 2 ** 20;
const PICTURE = Buffer.from('a picture of a customer '.repeat(1000));

interface Bench {
  dataDir: string;
  clock: { ms: number };
  store: ArtifactStore;
  reports: Error[];
  /** Opens the same folder anew. */
  reopen(): ArtifactStore;
  files(): string[];
}

function bench(t: Test, bytesMax = 1e9): Bench {
  const dataDir = freshFolder(t);
  const clock = { ms: 1_800_000_000_000 };
  const reports: Error[] = [];
  const nowMs = (): number => clock.ms;
  const reopen = (): ArtifactStore => {
    const ring = openKeyRing(dataDir, { nowMs, rotateMs: 1e12 });
    const store = openArtifactStore({ ring, nowMs, report: (e) => reports.push(e) }, { dataDir, bytesMax });
    t.teardown(() => store.close());
    return store;
  };
  const files = (): string[] =>
    readdirSync(join(dataDir, 'artifacts'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  return { dataDir, clock, store: reopen(), reports, reopen, files };
}

const putPicture = (store: ArtifactStore, ttlS = 60): Promise<string> =>
  store.put('proj_1', 'heatmap', PICTURE, 'image/png', ttlS);

test('what was put comes back, after a restart too, until it expires', async (t) => {
  const { clock, store, reopen } = bench(t);
  const id = await putPicture(store);
  t.match(id, /^art_[0-9A-HJKMNP-TV-Z]{26}$/);
  for (const opened of [store, reopen()]) {
    const found = await opened.get(id);
    t.match(found, { projectId: 'proj_1', kind: 'heatmap', contentType: 'image/png' });
    t.equal(found?.expiresMs, clock.ms + 60_000);
    t.ok(PICTURE.equals(found?.bytes ?? Buffer.alloc(0)));
  }
  clock.ms += 59_999;
  t.ok(await store.get(id));
  clock.ms += 1;
  t.equal(await store.get(id), null);
});

test('unknown and malformed ids, and paths in their place, are not there', async (t) => {
  const { store, reports } = bench(t);
  const id = await putPicture(store);
  for (const wrong of [
    '',
    'art_',
    id.slice(0, -1),
    `${id}A`,
    `../${id}`,
    'art_../../../../server.secret/0',
    id.toLowerCase(),
  ]) {
    t.equal(await store.get(wrong), null, wrong);
    await store.delete(wrong);
  }
  t.equal(await store.get(`${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`), null);
  t.ok(await store.get(id));
  t.same(reports, []);
});

test('nothing of it can be read on the disk, nor by others', async (t) => {
  const { store, files } = bench(t);
  await putPicture(store);
  const [path = ''] = files();
  t.equal(readFileSync(path).includes('customer'), false);
  t.equal(readFileSync(path).includes('proj_1'), false);
  t.equal(statSync(path).mode & 0o777, 0o600);
});

test('a damaged file, or one whose expiry was moved, counts as deleted and is reported', async (t) => {
  const { store, files, reports } = bench(t);
  const id = await putPicture(store);
  const [path = ''] = files();
  const whole = readFileSync(path);
  const later = Buffer.from(whole);
  later.writeBigUInt64BE(later.readBigUInt64BE(0) + 1000n);
  const flipped = Buffer.from(whole);
  flipped[500] = (flipped[500] as number) ^ 1;
  for (const damaged of [later, flipped, whole.subarray(0, 300)]) {
    writeFileSync(path, damaged);
    t.equal(await store.get(id), null);
  }
  t.equal(reports.length, 3);
  writeFileSync(path, '');
  t.equal(await store.get(id), null, 'as after a power cut');
});

test('deleting is for good, and a second time no error', async (t) => {
  const { store, files } = bench(t);
  const id = await putPicture(store);
  await store.delete(id);
  await store.delete(id);
  t.equal(await store.get(id), null);
  t.same(files(), []);
  t.same(store.usage(), { files: 0, bytes: 0 });
});

test('a sweep removes what has expired, with its empty folder, and nothing else', async (t) => {
  const { dataDir, clock, store, files } = bench(t);
  await putPicture(store, 60);
  const stays = await putPicture(store, 3600);
  t.equal(store.usage().files, 2);
  clock.ms += 60_000;
  await store.sweep();
  t.equal(files().length, 1);
  t.equal(store.usage().files, 1);
  t.equal(store.usage().bytes, statSync(files()[0] as string).size);
  t.ok(await store.get(stays));
  clock.ms += 3600_000;
  await store.sweep();
  t.same(readdirSync(join(dataDir, 'artifacts')), []);
  t.same(store.usage(), { files: 0, bytes: 0 });
});

test('after a restart old files are counted, and those without an end of writing removed', async (t) => {
  const { clock, store, reopen, files } = bench(t);
  await putPicture(store, 86_400);
  const [path = ''] = files();
  const draft = `${path}.00000000.new`;
  writeFileSync(draft, 'half');
  await store.close();
  clock.ms += QUARTER_MS;
  const second = reopen();
  await second.sweep();
  t.equal(second.usage().files, 1);
  t.ok(existsSync(draft), 'somebody may still be writing it');
  await second.close();
  clock.ms += QUARTER_MS;
  const third = reopen();
  await third.sweep();
  t.same(files(), [path]);
  t.equal(third.usage().bytes, statSync(path).size);
});

test('beyond the limit of bytes the oldest go', async (t) => {
  const { clock, store, files } = bench(t, PICTURE.length * 10);
  const ids: string[] = [];
  for (let i = 0; i < 30; i++) {
    ids.push(await putPicture(store, 86_400));
    clock.ms += QUARTER_MS / 4;
    await store.sweep();
    const onDisk = files().reduce((sum, path) => sum + statSync(path).size, 0);
    if (onDisk > PICTURE.length * 10) t.fail(`${onDisk} bytes on disk`);
    if (onDisk !== store.usage().bytes) t.equal(store.usage().bytes, onDisk);
  }
  const there = await Promise.all(ids.map(async (id) => (await store.get(id)) !== null));
  const first = there.indexOf(true);
  t.ok(first > 15 && first < 28, `the first that is left is number ${first}`);
  t.same(there.slice(first), Array(30 - first).fill(true), 'all younger ones are there');
});

test('many at once', async (t) => {
  const { store } = bench(t);
  const ids = await Promise.all(Array.from({ length: 100 }, () => putPicture(store)));
  t.equal(new Set(ids).size, 100);
  const found = await Promise.all(ids.map((id) => store.get(id)));
  t.ok(found.every((artifact) => PICTURE.equals(artifact?.bytes ?? Buffer.alloc(0))));
  t.equal(store.usage().files, 100);
});

test('a folder that can not be written gives service_unavailable', async (t) => {
  const { dataDir, store } = bench(t);
  const id = await putPicture(store);
  // A file where the folder of the quarter should be stands for every failure of the disk.
  const shelf = id.slice(4, 10);
  const { clock, store: other, dataDir: otherDir } = bench(t);
  t.ok(existsSync(join(dataDir, 'artifacts', shelf)));
  writeFileSync(join(otherDir, 'artifacts', shelf), '');
  t.equal(clock.ms, 1_800_000_000_000);
  await t.rejects(putPicture(other), { name: 'AidetError', code: 'service_unavailable', retryAfterS: 10 });
});

test('a disk that fills up midway fails cleanly and leaves nothing', async (t) => {
  const dataDir = freshFolder(t);
  const child = fileURLToPath(new URL('./full-disk.js', import.meta.url));
  // The limit on a file's size stands in for a full disk: a write is cut short, the next one fails.
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    'ulimit -f 64; exec "$0" "$@"',
    process.execPath,
    child,
    dataDir,
  ]);
  t.same(JSON.parse(stdout), {
    small: 'stored',
    large: 'service_unavailable',
    cause: 'EFBIG',
    smallAgain: 'stored',
    files: 2,
    drafts: 0,
  });
});
