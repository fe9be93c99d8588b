import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { aidet } from './run-command.js';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures', import.meta.url));
const HEAD = 'file\tlabel\trepo\tsplit\tfamily\n';

test('every image is judged under every condition, and the figures are of the split', async (t) => {
  const folder = t.testdir({});
  for (const name of ['street.jpg', 'pixel.png']) await copyFile(join(FIXTURES, name), join(folder, name));
  const rows = ['street.jpg\treal\ta/camera\ttest\t', 'pixel.png\tai\tb/made\ttest\tflux'];
  await writeFile(
    join(folder, 'index.tsv'),
    `${HEAD}${rows.join('\n')}\nstreet.jpg\treal\tc/other\ttrain\t\n`,
  );
  const { code, stdout } = await aidet([
    'eval',
    '--data',
    folder,
    '--split',
    'test',
    '--conditions',
    'whole,jpeg75',
    '--json',
  ]);
  t.equal(code, 0);
  const { images, failed, splits, model } = JSON.parse(stdout);
  t.same([images, failed, Object.keys(splits)], [2, 0, ['test']]);
  const { conditions, sources, families } = splits.test;
  t.same(Object.keys(conditions), ['whole', 'jpeg75']);
  t.match(conditions.whole, { authentic: 1, generated: 1 });
  t.same(sources['a/camera'].label, 'real');
  t.match(families, { flux: { images: 1 } });

  // The same image through `detect`: one road, one answer.
  const { stdout: line } = await aidet(['detect', join(folder, 'street.jpg'), '--json']);
  const called = JSON.parse(line).ai_probability >= model.threshold;
  t.equal(sources['a/camera'].calledGenerated.whole, Number(called));
  t.same(Object.keys(families.flux.calledGenerated), ['whole', 'jpeg75']);
  t.ok(splits.test.secondLooks.images <= 2);
  const [low, high] = splits.test.agreement95;
  t.ok(low <= splits.test.agreement && splits.test.agreement <= high);
});

test('a bad image is named, the rest goes on', async (t) => {
  const folder = t.testdir({
    'text.png': 'not an image',
    'index.tsv': `${HEAD}text.png\treal\ta/b\ttest\t\npixel.png\tai\tc/d\ttest\tflux\n`,
  });
  await copyFile(join(FIXTURES, 'pixel.png'), join(folder, 'pixel.png'));
  const { code, stdout, stderr } = await aidet(['eval', '--data', folder, '--conditions', 'whole']);
  t.equal(code, 1);
  t.match(stderr, /text\.png: /);
  t.match(stdout, /2 images, 1 failed/);
});

test('wrong use says what to do', async (t) => {
  const folder = t.testdir({ 'index.tsv': `${HEAD}a.png\tfake\ta/b\ttest\t\n` });
  for (const [args, message] of [
    [['eval'], /--data/],
    [['eval', '--data', join(folder, 'missing')], /no such file/],
    [['eval', '--data', folder], /row 2 has the label 'fake'/],
    [['eval', '--data', folder, '--conditions', 'boiled'], /no condition 'boiled'/],
  ] as const) {
    const { code, stderr } = await aidet([...args]);
    t.equal(code, 2);
    t.match(stderr, message);
  }
});
