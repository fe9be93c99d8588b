// The naive endpoint: POST /v1/detect with a multipart file `image`, GET /livez. See README.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import Fastify from 'fastify';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { packTile, planTiles } from './tiles.mjs';

const folder = process.env.MODEL_FOLDER ?? new URL('../../models/aidet-baseline', import.meta.url).pathname;
const tilesAtOnce = Number(process.env.TILES_AT_ONCE ?? 1);
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const { tile, scale, mean, std } = manifest.input;
const plan = { tile, stride: manifest.tile_plan.stride, maxTiles: manifest.tile_plan.max_tiles };

const session = await ort.InferenceSession.create(join(folder, manifest.file), {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});

async function meanLogit(rgb, width, height) {
  const tiles = planTiles(width, height, plan);
  const size = 3 * tile * tile;
  const step = tilesAtOnce === 0 ? tiles.length : tilesAtOnce;
  let sum = 0;
  for (let first = 0; first < tiles.length; first += step) {
    const group = tiles.slice(first, first + step);
    const input = new Float32Array(group.length * size);
    group.forEach((at, i) => {
      packTile(rgb, width, height, at, { tile, scale, mean, std }, input, i * size);
    });
    const feed = { [manifest.input.name]: new ort.Tensor('float32', input, [group.length, 3, tile, tile]) };
    const output = await session.run(feed, [manifest.outputs.logit]);
    for (const logit of output[manifest.outputs.logit].data) sum += logit;
  }
  return sum / tiles.length;
}

const app = Fastify({ logger: false });
app.register(multipart, { limits: { fileSize: 20_000_000, files: 1 } });

app.get('/livez', async () => ({ status: 'ok' }));

app.post('/v1/detect', async (request) => {
  const started = performance.now();
  const file = await request.file();
  const bytes = await file.toBuffer();
  const { data, info } = await sharp(bytes, { limitInputPixels: 100_000_000 })
    .rotate()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const logit = await meanLogit(data, info.width, info.height);
  const { a, b } = manifest.calibration;
  const probability = 1 / (1 + Math.exp(-(a * logit + b)));
  const generated = probability >= manifest.threshold;
  return {
    verdict: generated ? 'ai_generated' : 'authentic',
    confidence: generated ? probability : 1 - probability,
    latency_ms: Math.round(performance.now() - started),
  };
});

const url = await app.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1' });
console.log(`yardstick listens on ${url}`);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => app.close().then(() => process.exit(0)));
}
