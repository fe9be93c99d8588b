import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout; the compiled file lies in dist/bench. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Ignored by git: pictures and scratch data of the benches. */
export const CACHE_FOLDER = join(ROOT, '.cache', 'bench');

export const AIDET_CLI = join(ROOT, 'dist', 'src', 'cli', 'main.js');

/** Labelled crops beside the checkout; not part of it. */
export const DATASET_FOLDER = join(ROOT, '..', 'shared', 'dataset');
