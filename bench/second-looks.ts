/**
 * What second looks cost: CPU time of decoding and first look alone, and with second looks after them, in turns, on one
 * lane. The calibration is moved so that every picture is in doubt; in service only those that are pay.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mean } from '../src/domain/calibration.js';
import { planTiles, tileOrigins } from '../src/domain/tiles.js';
import { decode } from '../src/imaging/decode.js';
import { probe } from '../src/imaging/probe.js';
import { loadModelPackage } from '../src/inference/model-package.js';
import { defaultOrtLibrary, openRuntime } from '../src/inference/runtime.js';
import { secondLooks } from '../src/pipeline/second-looks.js';
import { BENCH_IMAGES, benchImagePath } from './images.js';
import { progress, saveResult, showSpread, spreadOf, table } from './report.js';
import { ROOT } from './root.js';

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      smoke: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      model: { type: 'string', default: join(ROOT, 'models', 'aidet-tile') },
      tiles: { type: 'string', default: '1' },
    },
  });
  const rounds = values.smoke ? 1 : values.quick ? 10 : 40;
  const model = await loadModelPackage(values.model);
  const { manifest } = model;
  const runtime = await openRuntime({
    models: [model],
    ortLibrary: defaultOrtLibrary(),
    executionProvider: 'cpu',
    inferenceThreads: 1,
    queueDelayMaxMs: 0,
    queueTilesMax: 8192,
  });
  const task = { priority: 'interactive' as const, cancel: new Int32Array(new SharedArrayBuffer(4)) };
  const settings = { tilesMax: Number(values.tiles), waiting: new Int32Array(new SharedArrayBuffer(4)) };

  async function judge(file: Uint8Array, again: boolean): Promise<void> {
    const image = await decode(file, probe(file), { imagePixelsMax: 1e8 });
    const plan = planTiles(image.width, image.height, {
      tile: manifest.input.tile,
      stride: manifest.tile_plan.stride,
      maxTiles: manifest.tile_plan.max_tiles,
    });
    const { tileLogits } = await runtime.infer(manifest.id, {
      ...image,
      tiles: tileOrigins(plan),
      ...{ priority: 'interactive', timeoutMs: 600_000 },
    });
    if (!again) return;
    const doubtful = { ...manifest, calibration: { method: 'platt', a: 1, b: -mean(tileLogits) } as const };
    const looks = await secondLooks(
      runtime,
      { image, manifest: doubtful, plan, tileLogits },
      settings,
      task,
      600_000,
    );
    if (looks.length === 0) throw new Error('no second look was taken');
  }

  const rows: { image: string; alone: number[]; again: number[] }[] = [];
  for (const image of Object.values(BENCH_IMAGES)) {
    const file = await readFile(await benchImagePath(image));
    const row = { image: image.name, alone: [] as number[], again: [] as number[] };
    await judge(file, true);
    for (let round = 0; round < rounds; round++) {
      progress(`${image.name}, round ${round + 1} of ${rounds}`);
      for (const again of [false, true]) {
        const before = process.cpuUsage();
        await judge(file, again);
        const { user, system } = process.cpuUsage(before);
        row[again ? 'again' : 'alone'].push((user + system) / 1000);
      }
    }
    rows.push(row);
  }
  runtime.close();
  const results = rows.map(({ image, alone, again }) => ({
    image,
    cpuMsAlone: spreadOf(alone),
    cpuMsMore: spreadOf(again.map((ms, i) => ms - (alone[i] as number))),
    ratio: spreadOf(again.map((ms, i) => ms / (alone[i] as number))),
  }));
  console.log(
    table(
      [`tiles more: ${values.tiles}`, 'CPU-ms without', 'CPU-ms more', 'ratio'],
      results.map((r) => [r.image, showSpread(r.cpuMsAlone), showSpread(r.cpuMsMore), showSpread(r.ratio)]),
    ),
  );
  if (!values.smoke) {
    await saveResult('second-looks', { model: manifest.id, tilesMax: settings.tilesMax, rounds, results });
  }
}
