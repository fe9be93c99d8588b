/**
 * Accuracy of the shipped network on a labelled folder: what `aidet eval` measures through the road that a customer's
 * images walk, kept with the other benches' results.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { progress, saveResult, table } from './report.js';
import { AIDET_CLI, DATASET_FOLDER, ROOT } from './root.js';

type Interval = [number, number];

interface Evaluation {
  model: { id: string; version: string; threshold: number };
  images: number;
  failed: number;
  splits: Record<
    string,
    {
      agreement: number;
      conditions: Record<
        string,
        {
          auc: number;
          auc95: Interval;
          balancedAccuracy: number;
          falsePositiveRate: number;
          truePositiveRate: number;
        }
      >;
    }
  >;
}

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      folder: { type: 'string', default: DATASET_FOLDER },
      split: { type: 'string', default: 'test' },
      smoke: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  });
  if (!existsSync(join(values.folder, 'index.tsv'))) {
    if (values.smoke) return console.log(`no data set at ${values.folder}: nothing to judge`);
    throw new Error(`${values.folder}/index.tsv is missing: name a labelled folder with --folder`);
  }
  const conditions = values.smoke || values.quick ? 'whole' : 'whole,native,matched,web,hard';
  progress(`aidet eval, ${values.split}, ${conditions}`);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      AIDET_CLI,
      'eval',
      '--data',
      values.folder,
      '--split',
      values.split,
      '--conditions',
      conditions,
      '--json',
    ],
    { maxBuffer: 2 ** 26 },
  );
  const evaluation = JSON.parse(stdout) as Evaluation;
  const found = Object.entries(evaluation.splits[values.split]?.conditions ?? {});
  console.log(
    table(
      [
        `${evaluation.model.id}, ${values.split} split`,
        'AUC',
        '95 % by source',
        'balanced accuracy',
        'FPR',
        'TPR',
      ],
      found.map(([condition, f]) => [
        condition,
        f.auc.toFixed(3),
        f.auc95.map((v) => v.toFixed(2)).join('..'),
        f.balancedAccuracy.toFixed(4),
        f.falsePositiveRate.toFixed(4),
        f.truePositiveRate.toFixed(4),
      ]),
    ),
  );
  if (!values.smoke)
    await saveResult('accuracy', {
      folder: relative(ROOT, values.folder),
      split: values.split,
      model: evaluation.model,
      images: evaluation.images,
      failed: evaluation.failed,
      agreement: evaluation.splits[values.split]?.agreement,
      ...Object.fromEntries(found),
    });
}
