import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { loadModelPackage } from '../../src/inference/model-package.js';
import { MODEL_FOLDER } from '../support/inference.js';

type Json = Record<string, unknown>;

/** A copy of the shipped package, with its manifest changed. */
async function packageWith(
  t: { teardown(f: () => unknown): void },
  change: (manifest: Json) => void,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aidet-model-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await cp(MODEL_FOLDER, folder, { recursive: true });
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Json;
  change(manifest);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

function setAt(manifest: Json, path: string, value: unknown): void {
  const keys = path.split('.');
  const owner = keys.slice(0, -1).reduce((v, key) => v[key] as Json, manifest);
  owner[keys.at(-1) as string] = value;
}

t.test('the shipped package', async (t) => {
  const { manifest, path, selfTest } = await loadModelPackage(MODEL_FOLDER);
  t.equal(manifest.id, 'aidet-baseline');
  t.equal(path, join(MODEL_FOLDER, 'model.onnx'));
  t.equal(selfTest.sha256, manifest.sha256);
});

t.test('a fault in each field is named', async (t) => {
  const faults: [string, unknown][] = [
    ['schema', 2],
    ['id', '../up'],
    ['version', ''],
    ['file', '../model.onnx'],
    ['sha256', 'BD2D'],
    ['input.name', 3],
    ['input.layout', 'CHW'],
    ['input.channels', 'BGR'],
    ['input.dtype', 'uint8'],
    ['input.tile', 0],
    ['input.scale', 0],
    ['input.mean', [0, 0]],
    ['input.std', [1, 0, 1]],
    ['outputs.logit', undefined],
    ['outputs', null],
    ['patch_px', 1.5],
    ['tile_plan.stride', -1],
    ['tile_plan.max_tiles', '24'],
    ['tile_plan.padding', 'zero'],
    ['aggregation', 'max'],
    ['calibration.a', null],
    ['threshold', 1.5],
    ['generators', []],
    ['preferred_batch_sizes', [4, 2]],
  ];
  for (const [path, value] of faults) {
    const folder = await packageWith(t, (manifest) => setAt(manifest, path, value));
    await t.rejects(
      loadModelPackage(folder),
      { code: 'internal_error', message: new RegExp(`manifest\\.json is not a model manifest: .*${path}`) },
      path,
    );
  }
});

t.test('every fault is told at once', async (t) => {
  const folder = await packageWith(t, (manifest) => {
    setAt(manifest, 'input.tile', 1e9);
    setAt(manifest, 'threshold', 'half');
    setAt(manifest, 'generators', [{ id: 'a', family: 'a' }, { id: 'a' }]);
  });
  await t.rejects(loadModelPackage(folder), {
    message: /input\.tile .*; threshold .*; generators\[1\]\.family .*; generators\[1\]\.id "a" stands twice/,
  });
});

t.test('files that are missing or not what they should be', async (t) => {
  await t.rejects(loadModelPackage(join(MODEL_FOLDER, 'none')), {
    message: /manifest\.json cannot be read: ENOENT/,
  });

  const garbled = await packageWith(t, () => {});
  await writeFile(join(garbled, 'manifest.json'), '{');
  await t.rejects(loadModelPackage(garbled), { message: /manifest\.json cannot be read: .*JSON/ });

  const list = await packageWith(t, () => {});
  await writeFile(join(list, 'manifest.json'), '[]');
  await t.rejects(loadModelPackage(list), { message: /must be an object/ });

  const other = await packageWith(t, () => {});
  await writeFile(join(other, 'model.onnx'), 'another file');
  await t.rejects(loadModelPackage(other), {
    message: /model\.onnx is not the file that .* names: its SHA-256 is [0-9a-f]{64}/,
  });

  const missing = await packageWith(t, () => {});
  await rm(join(missing, 'model.onnx'));
  await t.rejects(loadModelPackage(missing), { message: /model\.onnx cannot be read: ENOENT/ });

  const untested = await packageWith(t, () => {});
  await rm(join(untested, 'self_test.json'));
  await t.rejects(loadModelPackage(untested), {
    message: /self_test\.json cannot be read: .*make-self-test\.mjs/,
  });

  const foreign = await packageWith(t, () => {});
  await writeFile(join(foreign, 'self_test.json'), JSON.stringify({ sha256: 'f'.repeat(64) }));
  await t.rejects(loadModelPackage(foreign), { message: /made for another file/ });
});
