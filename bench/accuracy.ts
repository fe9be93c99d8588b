/**
 * AUC and balanced accuracy of `aidet detect --json` on a labelled folder: what the product answers, through the
 * road that a customer walks, not what a training script computes. The folder holds `index.tsv` with the columns
 * `file`, `label` (`ai` or `real`), `split` and `repo`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { seededRandom } from './random.js';
import { progress, saveResult, table } from './report.js';
import { AIDET_CLI, ROOT } from './root.js';

/** One image that got a verdict. */
export interface Judged {
  generated: boolean;
  probability: number;
  verdictGenerated: boolean;
  /** Where the image comes from; intervals resample sources, since images of one source are alike. */
  source: string;
}

interface IndexRow {
  path: string;
  generated: boolean;
  source: string;
}

const RESAMPLES = 1000;

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      folder: { type: 'string', default: join(ROOT, '..', 'shared', 'dataset') },
      split: { type: 'string', default: 'test' },
      smoke: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  });
  const index = join(values.folder, 'index.tsv');
  if (!existsSync(index)) {
    if (values.smoke) return console.log(`no data set at ${values.folder}: nothing to judge`);
    throw new Error(`${index} is missing: name a labelled folder with --folder`);
  }
  const rows = readIndex(values.folder, values.split);
  const chosen = values.smoke ? rows.filter((_, i) => i % Math.ceil(rows.length / 8) === 0) : rows;
  const { judged, failed } = await judge(chosen);
  const result = {
    split: values.split,
    images: chosen.length,
    failed,
    ...score(judged),
    auc95: aucInterval(judged),
  };
  console.log(
    table(
      [`aidet detect, ${values.split} split`, 'AUC', '95 % by source', 'balanced accuracy', 'FPR', 'TPR'],
      [
        [
          `${judged.length} judged, ${failed} failed`,
          result.auc.toFixed(3),
          result.auc95.map((v) => v.toFixed(2)).join('..'),
          result.balancedAccuracy.toFixed(4),
          result.falsePositiveRate.toFixed(4),
          result.truePositiveRate.toFixed(4),
        ],
      ],
    ),
  );
  if (!values.smoke) await saveResult('accuracy', { folder: relative(ROOT, values.folder), ...result });
}

function readIndex(folder: string, split: string): IndexRow[] {
  const [head = '', ...lines] = readFileSync(join(folder, 'index.tsv'), 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  const cell = (cells: string[], name: string): string => cells[columns.indexOf(name)] as string;
  return lines
    .map((line) => line.split('\t'))
    .filter((cells) => cell(cells, 'split') === split)
    .map((cells) => ({
      path: join(folder, cell(cells, 'file')),
      generated: cell(cells, 'label') === 'ai',
      source: cell(cells, 'repo'),
    }));
}

async function judge(rows: IndexRow[]): Promise<{ judged: Judged[]; failed: number }> {
  const child = spawn(process.execPath, [AIDET_CLI, 'detect', '--json', '--files-from', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(rows.map((row) => `${row.path}\n`).join(''));
  const byPath = new Map(rows.map((row) => [row.path, row]));
  const judged: Judged[] = [];
  let failed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line) as {
      path: string;
      verdict: string | null;
      ai_probability: number | null;
      error: { message: string } | null;
    };
    const row = byPath.get(answer.path) as IndexRow;
    if (answer.ai_probability === null) {
      failed++;
      progress(`${answer.path}: ${answer.error?.message}`);
      continue;
    }
    judged.push({
      generated: row.generated,
      source: row.source,
      probability: answer.ai_probability,
      verdictGenerated: answer.verdict === 'ai_generated',
    });
  }
  if (judged.length + failed !== rows.length) {
    throw new Error(`${rows.length} images were sent, ${judged.length + failed} answered`);
  }
  return { judged, failed };
}

export function score(judged: Judged[]) {
  const generated = judged.filter((j) => j.generated);
  const authentic = judged.filter((j) => !j.generated);
  const share = (list: Judged[]): number => list.filter((j) => j.verdictGenerated).length / list.length;
  const truePositiveRate = share(generated);
  const falsePositiveRate = share(authentic);
  return {
    auc: areaUnderCurve(judged),
    balancedAccuracy: (truePositiveRate + 1 - falsePositiveRate) / 2,
    falsePositiveRate,
    truePositiveRate,
  };
}

/**
 * The share of pairs of a generated and an authentic image in which the generated one has the higher probability,
 * ties counted half (Mann and Whitney 1947), from mean ranks.
 */
export function areaUnderCurve(judged: Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.probability - b.probability);
  let rankSum = 0;
  for (let start = 0, end: number; start < sorted.length; start = end) {
    end = start + 1;
    while (sorted[end]?.probability === sorted[start]?.probability) end++;
    const meanRank = (start + 1 + end) / 2;
    rankSum += meanRank * sorted.slice(start, end).filter((j) => j.generated).length;
  }
  const positives = judged.filter((j) => j.generated).length;
  const negatives = judged.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** 2.5 and 97.5 % of the AUC over sources drawn with replacement. */
function aucInterval(judged: Judged[]): [number, number] {
  const random = seededRandom(1);
  const bySource = new Map<string, Judged[]>();
  for (const one of judged) bySource.set(one.source, [...(bySource.get(one.source) ?? []), one]);
  const sources = [...bySource.values()];
  const draws = Array.from({ length: RESAMPLES }, () =>
    areaUnderCurve(sources.flatMap(() => sources[Math.floor(random() * sources.length)] as Judged[])),
  )
    // A draw without one of the classes has no AUC.
    .filter((auc) => !Number.isNaN(auc))
    .sort((a, b) => a - b);
  const at = (q: number): number => draws[Math.floor(q * draws.length)] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}
