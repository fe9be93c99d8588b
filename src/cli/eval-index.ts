import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from './io.js';

/** One labelled image; models/training/detector/records.py describes the columns. */
export interface LabelledImage {
  path: string;
  generated: boolean;
  /** Generator family, '' where authentic. */
  family: string;
  source: string;
  split: string;
  /** Pixels of the whole original; 0 where the table does not say. */
  width: number;
  height: number;
  /** Stays with the original through every order of reading. */
  seed: number;
}

/** Rows of a labelled folder, or of its `index.tsv`. */
export async function readIndex(path: string): Promise<LabelledImage[]> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const index = isFolder ? join(path, 'index.tsv') : path;
  let text: string;
  try {
    text = readFileSync(index, 'utf8');
  } catch (error) {
    throw new UsageError(`--data ${path}: ${(error as Error).message}`);
  }
  const [head = '', ...lines] = text.trimEnd().split(/\r?\n/);
  const columns = head.split('\t');
  for (const needed of ['file', 'label', 'repo']) {
    if (!columns.includes(needed)) throw new UsageError(`${index}: no column '${needed}'`);
  }
  return lines.map((line, i) => {
    const cells = line.split('\t');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    const label = cell('label');
    if (label !== 'ai' && label !== 'real') {
      throw new UsageError(`${index}: row ${i + 2} has the label '${label}', expected 'ai' or 'real'`);
    }
    return {
      path: join(dirname(index), cell('file')),
      generated: label === 'ai',
      family: label === 'ai' ? cell('family') || 'other' : '',
      source: cell('repo'),
      split: cell('split') || 'train',
      width: Number(cell('width')) || 0,
      height: Number(cell('height')) || 0,
      seed: Number.parseInt((cell('sha256') || sha256(cell('file'))).slice(0, 8), 16),
    };
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
