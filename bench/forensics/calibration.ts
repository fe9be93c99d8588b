/** How often untouched photographs get findings, by code and severity. */
import { readFile } from 'node:fs/promises';
import { openKernels } from '../../src/forensics/kernels.js';
import type { Effort } from '../forensics.js';
import { table } from '../report.js';
import { examine, open } from './examined.js';
import { authenticFiles, skipped } from './labelled.js';
import { type Share, shareOf, showShare } from './share.js';

export interface Calibration {
  pictures: number;
  sources: number;
  someHigh: Share;
  someMediumOrHigh: Share;
  byCode: Record<string, Share>;
}

export async function measureCalibration(
  folder: string,
  split: string,
  effort: Effort,
): Promise<Calibration | null> {
  const all = await authenticFiles(folder, split);
  if (all === null) {
    console.log(skipped(folder));
    return null;
  }
  const files = effort === 'smoke' ? all.slice(0, 3) : all;
  const kernels = openKernels(null);
  let [high, medium] = [0, 0];
  const codes = new Map<string, number>();
  for (const { path } of files) {
    const { findings } = await examine(kernels, await open(new Uint8Array(await readFile(path))));
    const severities = findings.map(({ severity }) => severity);
    if (severities.includes('high')) high++;
    if (severities.includes('high') || severities.includes('medium')) medium++;
    for (const kind of new Set(findings.map((f) => `${f.code}, ${f.severity}`)))
      codes.set(kind, (codes.get(kind) ?? 0) + 1);
  }
  const n = files.length;
  const byCode = Object.fromEntries([...codes].sort().map(([kind, count]) => [kind, shareOf(count, n)]));
  const result = {
    pictures: n,
    sources: new Set(files.map((f) => f.source)).size,
    someHigh: shareOf(high, n),
    someMediumOrHigh: shareOf(medium, n),
    byCode,
  };
  console.log(
    table(
      [`${n} untouched pictures of ${result.sources} sources, ${split}`, 'share, 95 %'],
      [
        ['some finding of severity high (at most 5 %)', showShare(result.someHigh)],
        ['some of medium or high', showShare(result.someMediumOrHigh)],
        ...Object.entries(byCode).map(([kind, share]) => [kind, showShare(share)]),
      ],
    ),
  );
  return result;
}
