/**
 * The native road against onnxruntime-node's own JavaScript binding with packing written out here: an independent way
 * to the same numbers. And against itself: the same bits in any company, on any lane.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import t from 'tap';
import { planTiles, tileOrigins } from '../../src/domain/tiles.js';
import { decode } from '../../src/imaging/decode.js';
import { probe } from '../../src/imaging/probe.js';
import { openRuntime } from '../../src/inference/runtime.js';
import type { InferenceRuntime, InferRequest, InferResult } from '../../src/inference/types.js';
import { MODEL, modelPackage, picture, runtimeSettings, TILE } from '../support/inference.js';
import { fixture } from '../support/running-app.js';

const { manifest } = modelPackage;
const session = await InferenceSession.create(modelPackage.path, { executionProviders: ['cpu'] });

type Picture = Pick<InferRequest, 'rgb' | 'width' | 'height'>;

/** numpy's pad mode `reflect`, continued as often as it takes. */
function reflected(i: number, size: number): number {
  if (size === 1) return 0;
  const phase = i % (2 * (size - 1));
  return phase < size ? phase : 2 * (size - 1) - phase;
}

async function askBinding({ rgb, width, height }: Picture, tiles: Int32Array): Promise<number[][]> {
  const { scale, mean, std } = manifest.input;
  const values: number[][] = [[], [], [], []];
  for (let i = 0; i < tiles.length; i += 2) {
    const data = new Float32Array(3 * TILE * TILE);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < TILE; y++) {
        for (let x = 0; x < TILE; x++) {
          const row = reflected((tiles[i + 1] as number) + y, height);
          const byte = rgb[(row * width + reflected((tiles[i] as number) + x, width)) * 3 + c] as number;
          data[(c * TILE + y) * TILE + x] = (byte * scale - (mean[c] as number)) / (std[c] as number);
        }
      }
    }
    const output = await session.run({
      [manifest.input.name]: new Tensor('float32', data, [1, 3, TILE, TILE]),
    });
    const { logit, patch_logits, generator_logits, embedding } = manifest.outputs;
    for (const [k, name] of [logit, patch_logits, generator_logits, embedding].entries()) {
      (values[k] as number[]).push(...((output[name] as Tensor).data as Float32Array));
    }
  }
  return values;
}

function outputs(result: InferResult): Float32Array[] {
  return [result.tileLogits, result.patchLogits, result.generatorLogits, result.embedding];
}

const infer = (
  runtime: InferenceRuntime,
  image: Picture,
  tiles: Int32Array,
  priority: InferRequest['priority'] = 'interactive',
): Promise<InferResult> => runtime.infer(MODEL, { ...image, tiles, priority, timeoutMs: 60_000 });

t.test('the same numbers as the JavaScript binding', async (t) => {
  const runtime = await openRuntime(runtimeSettings());
  t.teardown(() => runtime.close());
  const bytes = await fixture('street.jpg');
  const photo = await decode(bytes, probe(bytes), { imagePixelsMax: 1e8 });
  const pictures: [string, Picture][] = [
    ['a photo', photo],
    ['one tile exactly', { rgb: picture(TILE, TILE), width: TILE, height: TILE }],
    ['smaller than a tile', { rgb: picture(100, 77), width: 100, height: 77 }],
    ['a line', { rgb: picture(1, TILE + 3), width: 1, height: TILE + 3 }],
    ['one pixel', { rgb: picture(1, 1), width: 1, height: 1 }],
    ['wide', { rgb: picture(700, 90), width: 700, height: 90 }],
  ];
  for (const [name, image] of pictures) {
    const plan = planTiles(image.width, image.height, {
      tile: TILE,
      stride: manifest.tile_plan.stride,
      maxTiles: 4,
    });
    const tiles = tileOrigins(plan);
    const result = await infer(runtime, image, tiles);
    const wanted = await askBinding(image, tiles);
    t.equal(result.tileLogits.length, tiles.length / 2, `${name}: one logit a tile`);
    t.equal(result.patchLogits.length, (tiles.length / 2) * result.patchRows * result.patchCols);
    for (const [k, got] of outputs(result).entries()) {
      const want = wanted[k] as number[];
      t.equal(got.length, want.length);
      const worst = Math.max(
        ...want.map((w, i) => Math.abs(w - (got[i] as number)) / Math.max(1, Math.abs(w))),
      );
      t.ok(worst < 1e-4, `${name}, output ${k}: within ${worst}`);
    }
  }
});

t.test('the same bits alone and in company, on any lane', async (t) => {
  const image = { rgb: picture(1024, 600, 5), width: 1024, height: 600 };
  const tiles = tileOrigins(planTiles(1024, 600, { tile: TILE, stride: 128, maxTiles: 12 }));
  let reference: Float32Array[] | undefined;
  for (const [lanes, batch] of [
    [1, 1],
    [4, 1],
    [1, 4],
    [3, 8],
  ] as const) {
    const model = { ...modelPackage, manifest: { ...manifest, preferred_batch_sizes: [batch] } };
    const runtime = await openRuntime(runtimeSettings({ models: [model], inferenceThreads: lanes }));
    const noise = Array.from({ length: 6 }, (_, i) => {
      const other = { rgb: picture(300, 300, i + 9), width: 300, height: 300 };
      return infer(runtime, other, Int32Array.of(0, 0, 44, 44, 10, 20), 'batch');
    });
    const together = outputs(await infer(runtime, image, tiles));
    reference ??= together;
    t.same(together, reference, `${lanes} lanes, batches of ${batch}: all tiles in company`);
    for (const i of [0, 7]) {
      const alone = outputs(await infer(runtime, image, tiles.slice(2 * i, 2 * i + 2)));
      const size = reference.map((values) => values.length / (tiles.length / 2));
      const part = reference.map((values, k) =>
        values.slice(i * (size[k] as number), (i + 1) * (size[k] as number)),
      );
      t.same(alone, part, `${lanes} lanes, batches of ${batch}: tile ${i} alone`);
    }
    await Promise.all(noise);
    runtime.close();
  }
});
