/**
 * What docs/forensics.md states of the whole room: the CPU of a request beside bare decoding, memory of a
 * 100-megapixel picture, how often untouched photographs get findings, and how often a pasted part is found.
 */
import { parseArgs } from 'node:util';
import { measureCalibration } from './forensics/calibration.js';
import { measureMemory } from './forensics/memory.js';
import { measurePastes } from './forensics/pastes.js';
import { measureRequests } from './forensics/request.js';
import { progress, saveResult } from './report.js';
import { DATASET_FOLDER } from './root.js';

const PARTS = ['request', 'memory', 'calibration', 'pastes'] as const;
type Part = (typeof PARTS)[number];

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      smoke: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      /** One of PARTS; absent: all. */
      only: { type: 'string' },
      /** A labelled folder with index.tsv, and the split to judge. */
      folder: { type: 'string', default: DATASET_FOLDER },
      split: { type: 'string', default: 'test' },
    },
  });
  const { smoke, quick, folder, split, only } = values;
  if (only !== undefined && !PARTS.includes(only as Part))
    throw new Error(`--only takes one of ${PARTS.join(', ')}, got '${only}'`);
  const effort = smoke ? 'smoke' : quick ? 'quick' : 'full';
  const parts: Record<Part, () => Promise<object | null>> = {
    request: () => measureRequests(effort),
    memory: () => measureMemory(effort),
    calibration: () => measureCalibration(folder, split, effort),
    pastes: () => measurePastes(folder, split, effort),
  };
  const result: Record<string, object | null> = {};
  for (const part of only === undefined ? PARTS : [only as Part]) {
    progress(part);
    result[part] = await parts[part]();
  }
  if (!smoke && only === undefined) await saveResult('forensics', { split, ...result });
}

/** How many repetitions: `smoke` ends in seconds and proves only that it runs. */
export type Effort = 'smoke' | 'quick' | 'full';
