/** The shipped network, and pictures to ask it about. */
import { fileURLToPath } from 'node:url';
import { loadModelPackage } from '../../src/inference/model-package.js';
import { defaultOrtLibrary } from '../../src/inference/runtime.js';
import type { InferRequest, RuntimeSettings } from '../../src/inference/types.js';

export const MODEL_FOLDER = fileURLToPath(new URL('../../../models/aidet-baseline', import.meta.url));
export const MODEL = 'aidet-baseline';
export const modelPackage = await loadModelPackage(MODEL_FOLDER);
export const TILE = modelPackage.manifest.input.tile;

export function runtimeSettings(overrides: Partial<RuntimeSettings> = {}): RuntimeSettings {
  return {
    models: [modelPackage],
    ortLibrary: defaultOrtLibrary(),
    executionProvider: 'cpu',
    inferenceThreads: 2,
    queueDelayMaxMs: 2,
    queueTilesMax: 8192,
    ...overrides,
  };
}

/** A picture that is the same for the same seed: waves of several lengths under noise. */
export function picture(width: number, height: number, seed = 1): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const across = Array.from({ length: 3 * width }, (_, i) => 45 * Math.sin(i / (20 + (seed % 5))));
  const down = Array.from({ length: height }, (_, y) => 128 + 45 * Math.cos(y / 11));
  let state = seed;
  for (let i = 0; i < rgb.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const wave = (across[i % (3 * width)] as number) + (down[Math.floor(i / (3 * width))] as number);
    rgb[i] = wave + (state >>> 27);
  }
  return rgb;
}

const SIDE = TILE + 64;
const PICTURE = picture(SIDE, SIDE);

/** A request for `n` tiles of one picture, each a little further. */
export function request(n: number, overrides: Partial<InferRequest> = {}): InferRequest {
  const tiles = Int32Array.from({ length: 2 * n }, (_, i) => (i * 7) % 65);
  return {
    rgb: PICTURE,
    width: SIDE,
    height: SIDE,
    tiles,
    priority: 'interactive',
    timeoutMs: 60_000,
    ...overrides,
  };
}
