/**
 * What a network must answer to a picture that is computed here: stored in the package as self_test.json by
 * scripts/make-self-test.mjs, which runs it through another binding with plain packing. Every provider is held against
 * it before it is used.
 */
import { readFile } from 'node:fs/promises';
import { AidetError } from '../domain/errors.js';
import type { ModelManifest, ModelSelfTest } from '../domain/model.js';
import type { RgbImage } from '../domain/types.js';

/** Tiles beside each other in the picture. */
export const SELF_TEST_TILES = 2;

/** Waves under noise, in integers alone, so that it is the same everywhere: `SELF_TEST_TILES * tile` by `tile` pixels. */
export function selfTestPicture(tile: number): RgbImage {
  const width = SELF_TEST_TILES * tile;
  const rgb = new Uint8Array(width * tile * 3);
  let state = 1;
  for (let i = 0; i < rgb.length; i++) {
    // Numerical Recipes' linear congruential generator, modulo 2^32.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pixel = Math.floor(i / 3);
    const wave = triangle((pixel % width) * (1 + (i % 3))) + triangle(Math.floor(pixel / width) * 3);
    rgb[i] = (wave >> 2) + (state >>> 25);
  }
  return { rgb, width, height: tile };
}

/** 0..255 and back within 512 steps. */
function triangle(x: number): number {
  const phase = x % 512;
  return phase < 256 ? phase : 511 - phase;
}

/** @throws AidetError `internal_error` */
export async function loadSelfTest(path: string, manifest: ModelManifest): Promise<ModelSelfTest> {
  const fault = (message: string, cause?: unknown): AidetError =>
    new AidetError('internal_error', `${path} ${message}`, { cause });
  let test: ModelSelfTest;
  try {
    test = JSON.parse(await readFile(path, 'utf8')) as ModelSelfTest;
  } catch (error) {
    const advice = 'write it with `node scripts/make-self-test.mjs FOLDER`';
    throw fault(`cannot be read: ${(error as Error).message}; ${advice}`, error);
  }
  if (test.sha256 !== manifest.sha256) throw fault('was made for another file than the manifest names');
  if (!(test.tolerance > 0 && test.tolerance < 1)) throw fault('has no tolerance between 0 and 1');
  for (const name of ['tile_logits', 'patch_logits', 'generator_logits', 'embedding'] as const) {
    const values = test[name];
    if (!Array.isArray(values) || values.length === 0 || !values.every(Number.isFinite)) {
      throw fault(`has no numbers as ${name}`);
    }
  }
  return test;
}
