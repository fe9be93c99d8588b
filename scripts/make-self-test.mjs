// Writes self_test.json of a model package: what the network answers to the self-test's picture, asked by
// onnxruntime-node's own binding with packing in plain JavaScript.
//
//   node scripts/make-self-test.mjs models/<id> [TOLERANCE]
//
// TOLERANCE, 0.001 where it is left out, has to be larger for a quantised network: CPUs round it differently.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SELF_TEST_TILES, selfTestPicture } from '../dist/src/inference/self-test.js';

const [folder, tolerance = '0.001'] = process.argv.slice(2);
if (folder === undefined || !(Number(tolerance) > 0 && Number(tolerance) < 1)) {
  console.error('Usage: node scripts/make-self-test.mjs FOLDER [TOLERANCE]');
  process.exit(2);
}
const { sha256, file, input, outputs } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const session = await InferenceSession.create(join(folder, file), {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
});

const picture = selfTestPicture(input.tile);
const answers = { tile_logits: [], patch_logits: [], generator_logits: [], embedding: [] };
for (let i = 0; i < SELF_TEST_TILES; i++) {
  const output = await session.run({ [input.name]: packTile(picture, i * input.tile) });
  for (const [name, values] of Object.entries(answers)) {
    values.push(...output[outputs[name === 'tile_logits' ? 'logit' : name]].data);
  }
}
const rounded = Object.fromEntries(
  Object.entries(answers).map(([k, v]) => [k, v.map((x) => Number(x.toFixed(6)))]),
);
const test = { sha256, tolerance: Number(tolerance), ...rounded };
writeFileSync(join(folder, 'self_test.json'), `${JSON.stringify(test)}\n`);

function packTile({ rgb, width }, left) {
  const { tile, layout, scale, mean, std } = input;
  const planar = layout === 'NCHW';
  const data = new Float32Array(3 * tile * tile);
  for (let y = 0; y < tile; y++) {
    for (let x = 0; x < tile; x++) {
      for (let c = 0; c < 3; c++) {
        const value = (rgb[(y * width + left + x) * 3 + c] * scale - mean[c]) / std[c];
        data[planar ? (c * tile + y) * tile + x : (y * tile + x) * 3 + c] = value;
      }
    }
  }
  return new Tensor('float32', data, planar ? [1, 3, tile, tile] : [1, tile, tile, 3]);
}
