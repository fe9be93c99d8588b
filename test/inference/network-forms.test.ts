/** Other networks than the shipped one need nothing but another manifest: layout, tile size, normalisation, batch. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { ModelPackage } from '../../src/domain/model.js';
import { loadModelPackage } from '../../src/inference/model-package.js';
import { openRuntime } from '../../src/inference/runtime.js';
import { SELF_TEST_TILES, selfTestPicture } from '../../src/inference/self-test.js';
import { MODEL, modelPackage, picture, request, runtimeSettings } from '../support/inference.js';
import { type Answers, type Form, tinyAnswers, tinyManifest, tinyNetwork } from '../support/tiny-network.js';

const folder = await mkdtemp(join(tmpdir(), 'aidet-networks-'));
t.teardown(() => rm(folder, { recursive: true }));

/** A whole package on disk, its self-test computed by hand, loaded as any other. */
async function packageOf(id: string, form: Form): Promise<ModelPackage> {
  const path = await mkdtemp(join(folder, 'package-'));
  const file = tinyNetwork(form);
  const manifest = tinyManifest(form, file, id);
  const image = selfTestPicture(form.tile);
  const answers = Array.from({ length: SELF_TEST_TILES }, (_, i) =>
    tinyAnswers(manifest, image, i * form.tile, 0),
  );
  const all = (name: keyof Answers): number[] => answers.flatMap((a) => a[name]);
  const selfTest = {
    ...{
      sha256: manifest.sha256,
      tolerance: 0.001,
      tile_logits: all('tile_logits'),
      embedding: all('embedding'),
    },
    ...{ patch_logits: all('patch_logits'), generator_logits: all('generator_logits') },
  };
  await writeFile(join(path, 'model.onnx'), file);
  await writeFile(join(path, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(path, 'self_test.json'), JSON.stringify(selfTest));
  return loadModelPackage(path);
}

const FORMS: Record<string, Form> = {
  planes: { layout: 'NCHW', tile: 48, batch: 'n' },
  pixels: { layout: 'NHWC', tile: 40, batch: 'n' },
  'fixed-batch': { layout: 'NHWC', tile: 64, batch: 1 },
  'free-sizes': { layout: 'NCHW', tile: 56, batch: 'n', freeSizes: true },
};

t.test('all forms beside the shipped network in one runtime', async (t) => {
  const models = await Promise.all(Object.entries(FORMS).map(([id, form]) => packageOf(id, form)));
  const batched = models.map((m) => ({ ...m, manifest: { ...m.manifest, preferred_batch_sizes: [4] } }));
  const runtime = await openRuntime(
    runtimeSettings({ models: [modelPackage, ...batched], inferenceThreads: 2 }),
  );
  t.teardown(() => runtime.close());
  const shipped = await runtime.infer(MODEL, request(3));
  const [width, height] = [150, 130];
  const image = { rgb: picture(width, height, 3), width, height };
  const origins = [0, 0, 20, 10, 86, 66, 1, 2, 3, 66];
  const asked = batched.map(({ manifest }) =>
    Promise.all(
      Array.from({ length: 5 }, () =>
        runtime.infer(manifest.id, {
          ...image,
          tiles: Int32Array.from(origins),
          priority: 'batch',
          timeoutMs: 60_000,
        }),
      ),
    ),
  );
  const again = runtime.infer(MODEL, request(3));
  for (const [k, answers] of (await Promise.all(asked)).entries()) {
    const { manifest } = batched[k] as ModelPackage;
    const side = Math.floor(manifest.input.tile / manifest.patch_px);
    for (const answer of answers) {
      t.same([answer.patchRows, answer.patchCols], [side, side]);
      const got = [answer.tileLogits, answer.patchLogits, answer.generatorLogits, answer.embedding];
      const wanted = Array.from({ length: origins.length / 2 }, (_, i) =>
        tinyAnswers(manifest, image, origins[2 * i] as number, origins[2 * i + 1] as number),
      );
      for (const [i, name] of (
        ['tile_logits', 'patch_logits', 'generator_logits', 'embedding'] as const
      ).entries()) {
        const values = wanted.flatMap((w) => w[name]);
        const worst = Math.max(...values.map((v, at) => Math.abs(v - (got[i]?.[at] as number))));
        t.equal(got[i]?.length, values.length);
        t.ok(worst < 1e-4, `${manifest.id} ${name}: within ${worst}`);
      }
    }
  }
  t.same((await again).tileLogits, shipped.tileLogits, 'the shipped network is not disturbed');
});

t.test('a fixed batch above 1 is refused', async (t) => {
  const model = await packageOf('pairs', { layout: 'NCHW', tile: 48, batch: 2 });
  await t.rejects(openRuntime(runtimeSettings({ models: [model] })), { message: /fixed batch size above 1/ });
});

t.test('an unknown model', async (t) => {
  const runtime = await openRuntime(runtimeSettings());
  await t.rejects(runtime.infer('none', request(1)), { code: 'internal_error', message: /no model none/ });
  runtime.close();
});
