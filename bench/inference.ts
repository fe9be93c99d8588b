/**
 * CPU time of one tile on one lane, by batch size, next to the plain way through onnxruntime-node's binding (the
 * yardstick's packing, one thread), in turns. Without an HTTP server and without decoding: packing and network alone.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { planTiles, tileOrigins } from '../src/domain/tiles.js';
import { loadModelPackage } from '../src/inference/model-package.js';
import { defaultOrtLibrary, openRuntime } from '../src/inference/runtime.js';
import { renderPhoto } from './images.js';
import { progress, saveResult, showSpread, spreadOf, table } from './report.js';
import { ROOT } from './root.js';

interface YardstickTiles {
  packTile(
    rgb: Uint8Array,
    width: number,
    height: number,
    at: { x: number; y: number },
    input: object,
    out: Float32Array,
    offset: number,
  ): void;
}

const [WIDTH, HEIGHT] = [1536, 1024];
const BATCHES = [1, 2, 4, 8];

/** One way to run the whole picture once. */
type Way = { name: string; run: () => Promise<unknown> };

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      smoke: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      model: { type: 'string', default: join(ROOT, 'models', 'aidet-tile') },
    },
  });
  const rounds = values.smoke ? 1 : values.quick ? 5 : 20;
  const model = await loadModelPackage(values.model);
  const { input, outputs, tile_plan } = model.manifest;
  const plan = planTiles(WIDTH, HEIGHT, {
    tile: input.tile,
    stride: tile_plan.stride,
    maxTiles: tile_plan.max_tiles,
  });
  const tiles = tileOrigins(plan);
  const count = tiles.length / 2;
  const rgb = renderPhoto(WIDTH, HEIGHT, 2);

  // One process has one runtime, so each batch size is a model of its own in it.
  const variants = BATCHES.map((batch) => {
    const manifest = { ...model.manifest, id: `batch-${batch}`, preferred_batch_sizes: [batch] };
    return { ...model, manifest };
  });
  const runtime = await openRuntime({
    models: variants,
    ortLibrary: defaultOrtLibrary(),
    executionProvider: 'cpu',
    inferenceThreads: 1,
    queueDelayMaxMs: 0,
    queueTilesMax: 8192,
  });
  const native = variants.map(
    ({ manifest }): Way => ({
      name: `aidet, ${manifest.id.replace('-', ' of ')}`,
      run: () =>
        runtime.infer(manifest.id, {
          ...{ rgb, width: WIDTH, height: HEIGHT, tiles },
          ...{ priority: 'interactive', timeoutMs: 600_000 },
        }),
    }),
  );

  const session = await InferenceSession.create(model.path, {
    ...{ executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  const { packTile } = (await import(join(ROOT, 'bench', 'yardstick', 'tiles.mjs'))) as YardstickTiles;
  const plain = async (atOnce: number): Promise<void> => {
    const size = 3 * input.tile ** 2;
    for (let first = 0; first < count; first += atOnce) {
      const data = new Float32Array(atOnce * size);
      for (let i = 0; i < atOnce; i++) {
        const at = { x: tiles[2 * (first + i)] as number, y: tiles[2 * (first + i) + 1] as number };
        packTile(rgb, WIDTH, HEIGHT, at, input, data, i * size);
      }
      const tensor = new Tensor('float32', data, [atOnce, 3, input.tile, input.tile]);
      await session.run({ [input.name]: tensor }, [outputs.logit]);
    }
  };
  const ways: Way[] = [
    ...native,
    { name: 'plain, tile by tile', run: () => plain(1) },
    { name: 'plain, all at once', run: () => plain(count) },
  ];

  const cpuMs = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (const { run } of ways) await run();
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    for (const { name, run } of ways) {
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      cpuMs.get(name)?.push((user + system) / 1000 / count);
    }
  }
  runtime.close();
  const spreads = ways.map(({ name }) => ({ name, cpuMsPerTile: spreadOf(cpuMs.get(name) as number[]) }));
  const first = spreads[0]?.cpuMsPerTile.median as number;
  console.log(
    table(
      [`${count} tiles of ${input.tile} x ${input.tile}, one thread`, 'CPU-ms a tile', 'relative'],
      spreads.map((s) => [s.name, showSpread(s.cpuMsPerTile), (s.cpuMsPerTile.median / first).toFixed(2)]),
    ),
  );
  if (!values.smoke)
    await saveResult('inference', { model: model.manifest.id, tiles: count, rounds, spreads });
}
