/** The chain of execution providers, the self-test that each must pass, and libraries that are none. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { ModelPackage } from '../../src/domain/model.js';
import { defaultOrtLibrary, openRuntime } from '../../src/inference/runtime.js';
import type { RuntimeSettings } from '../../src/inference/types.js';
import { MODEL, modelPackage, request, runtimeSettings } from '../support/inference.js';

const cpuOnly = await (async () => {
  const runtime = await openRuntime(runtimeSettings({ executionProvider: 'auto' }));
  const { executionProvider } = runtime.info();
  runtime.close();
  return executionProvider === 'cpu';
})();

t.test('a chain ends at the CPU and says why', { skip: !cpuOnly && 'there is a GPU' }, async (t) => {
  const chains: Record<RuntimeSettings['executionProvider'], string[]> = {
    auto: ['tensorrt', 'cuda'],
    tensorrt: ['tensorrt'],
    cuda: ['cuda'],
    cpu: [],
  };
  for (const [executionProvider, refused] of Object.entries(chains)) {
    const settings = { executionProvider: executionProvider as RuntimeSettings['executionProvider'] };
    const runtime = await openRuntime(runtimeSettings({ ...settings, inferenceThreads: 3 }));
    const info = runtime.info();
    t.equal(info.executionProvider, 'cpu');
    t.same(
      info.refusedProviders.map((r) => r.provider),
      refused,
    );
    for (const { reason } of info.refusedProviders)
      t.match(reason, /aidet-baseline: .*(load|library|driver|CUDA)/i);
    t.match(info, {
      ortVersion: /^1\.\d+/,
      ortLibrary: defaultOrtLibrary(),
      lanes: 3,
      models: [{ id: MODEL }],
    });
    t.equal((await runtime.infer(MODEL, request(2))).tileLogits.length, 2);
    runtime.close();
  }
});

t.test('a self-test that fails', async (t) => {
  const change = (selfTest: Partial<ModelPackage['selfTest']>): RuntimeSettings =>
    runtimeSettings({ models: [{ ...modelPackage, selfTest: { ...modelPackage.selfTest, ...selfTest } }] });
  const { selfTest } = modelPackage;
  for (const name of ['tile_logits', 'patch_logits', 'generator_logits', 'embedding'] as const) {
    const last = selfTest[name].length - 1;
    const values = selfTest[name].map((x, i) => (i === last ? x + 0.01 * Math.max(1, Math.abs(x)) : x));
    await t.rejects(
      openRuntime(change({ [name]: values })),
      {
        code: 'internal_error',
        message: new RegExp(`cpu: model ${MODEL}: self-test: ${name}\\[${last}\\] is`),
      },
      name,
    );
  }
  await t.rejects(openRuntime(change({ embedding: [1, 2] })), { message: /have not the network's sizes/ });
  const runtime = await openRuntime(
    change({ tolerance: 0.5, tile_logits: selfTest.tile_logits.map((x) => x + 0.4) }),
  );
  runtime.close();
});

t.test('a manifest that does not fit the network', async (t) => {
  const { manifest } = modelPackage;
  const open = (change: Partial<typeof manifest>): Promise<unknown> =>
    openRuntime(runtimeSettings({ models: [{ ...modelPackage, manifest: { ...manifest, ...change } }] }));
  await t.rejects(open({ input: { ...manifest.input, layout: 'NHWC' } }), {
    message: /layout and tile size/,
  });
  await t.rejects(open({ input: { ...manifest.input, name: 'picture' } }), { message: /picture/ });
  await t.rejects(open({ outputs: { ...manifest.outputs, embedding: 'none' } }), { message: /none/ });
  await t.rejects(open({ generators: manifest.generators.slice(1) }), {
    message: /24 values, .* lists 23 generators/,
  });
  await t.rejects(open({ outputs: { ...manifest.outputs, logit: 'embedding' } }), {
    message: /not one value a tile/,
  });
});

t.test('libraries and files that are none', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'aidet-ort-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await t.rejects(openRuntime(runtimeSettings({ ortLibrary: join(folder, 'none.so') })), {
    code: 'internal_error',
    message: /cannot load ONNX Runtime: .*none\.so/,
  });
  const noLibrary = join(folder, 'text.so');
  await writeFile(noLibrary, 'not an ELF file');
  await t.rejects(openRuntime(runtimeSettings({ ortLibrary: noLibrary })), {
    message: /cannot load ONNX Runtime/,
  });
  await t.rejects(openRuntime(runtimeSettings({ ortLibrary: 'libm.so.6' })), { message: /no OrtGetApiBase/ });
  const noNetwork = join(folder, 'model.onnx');
  await copyFile(join(import.meta.dirname, 'providers.test.js'), noNetwork);
  await t.rejects(openRuntime(runtimeSettings({ models: [{ ...modelPackage, path: noNetwork }] })), {
    message: /no execution provider can run the models; cpu: model aidet-baseline/,
  });
});
