import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { test } from 'tap';
import { aidet } from './run-command.js';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures', import.meta.url));
const fixture = (name: string) => join(FIXTURES, name);
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('JSON Lines in the order of the arguments; one bad file never stops the rest', async (t) => {
  const folder = t.testdir({ 'cut.jpg': '', 'text.png': 'not an image', 'page.jpg': '%PDF-1.7\n' });
  await writeFile(join(folder, 'cut.jpg'), (await readFile(fixture('street.jpg'))).subarray(0, 4000));
  const paths = [
    fixture('street.jpg'),
    join(folder, 'missing.jpg'),
    join(folder, 'text.png'),
    join(folder, 'page.jpg'),
    join(folder, 'cut.jpg'),
    fixture('pixel.png'),
    fixture('tiny.bmp'),
  ];
  const { code, stdout } = await aidet(['detect', ...paths, '--json']);
  t.equal(code, 1);
  const seen = lines(stdout);
  t.same(
    seen.map((line) => line.path),
    paths,
  );
  t.same(
    seen.map((line) => line.error?.code ?? 'none'),
    [
      'none',
      'invalid_request',
      'invalid_request',
      'image_unsupported_format',
      'invalid_request',
      'none',
      'none',
    ],
  );
  for (const line of seen) {
    t.same(Object.keys(line).sort(), [
      'ai_probability',
      'confidence',
      'error',
      'latency_ms',
      'model_attribution',
      'path',
      'verdict',
    ]);
    if (line.error !== null) continue;
    t.match(line.verdict, /^(ai_generated|authentic)$/);
    t.ok(line.ai_probability >= 0 && line.ai_probability <= 1);
  }
});

test('the same image, the same figures: alone, in company, from a list, under another name', async (t) => {
  const folder = t.testdir({});
  await copyFile(fixture('street.jpg'), join(folder, 'STREET.JPEG'));
  const list = `${fixture('street.jpg')}\n${join(folder, 'STREET.JPEG')}\n`;
  const [alone, company, listed] = await Promise.all([
    aidet(['detect', fixture('street.jpg'), '--json']),
    aidet(['detect', FIXTURES, '--json', '--workers', '2']),
    aidet(['detect', '--files-from', '-', '--json', '--workers', '1'], { stdin: list }),
  ]);
  const [first] = lines(alone.stdout);
  t.equal(company.code, 0, company.stderr);
  const same = [...lines(company.stdout), ...lines(listed.stdout)].filter((line) =>
    /street/i.test(line.path),
  );
  t.equal(same.length, 3);
  for (const line of same) t.equal(line.ai_probability, first.ai_probability, line.path);
});

test('a person reads one line an image', async (t) => {
  const { code, stdout, stderr } = await aidet(['detect', fixture('street.jpg'), fixture('pixel.png')]);
  t.equal(code, 0);
  t.equal(stderr, '', 'no bar where there is no terminal');
  const [street, pixel] = stdout.trimEnd().split('\n');
  t.match(street, /^(AI-generated|authentic) +\d+\.\d % {2}.*street\.jpg/);
  t.match(pixel, /reliability low: the image is tiny \(1x1 px\)/);
});

test('--threshold moves the verdict, not the probability', async (t) => {
  const [low, high] = await Promise.all(
    ['0', '1'].map((p) => aidet(['detect', fixture('street.jpg'), '--json', '--threshold', p])),
  );
  const [a] = lines((low as { stdout: string }).stdout);
  const [b] = lines((high as { stdout: string }).stdout);
  t.equal(a.verdict, 'ai_generated');
  t.equal(b.verdict, 'authentic');
  t.equal(a.ai_probability, b.ai_probability);
});

test('--heatmap: one file for one image, a folder with distinct names for several', async (t) => {
  const folder = t.testdir({ in: { a: {}, b: {} } });
  await copyFile(fixture('small.png'), join(folder, 'in', 'a', 'x.png'));
  await copyFile(fixture('street.jpg'), join(folder, 'in', 'b', 'x.png'));
  const one = await aidet(['detect', fixture('street.jpg'), '--heatmap', join(folder, 'one.png')]);
  t.equal(one.code, 0, one.stderr);
  const { format, width } = await sharp(join(folder, 'one.png')).metadata();
  t.equal(format, 'png');
  t.ok(width !== undefined && width >= 640 && width <= 1024);
  await mkdir(join(folder, 'out'));
  const several = await aidet(['detect', join(folder, 'in'), '--heatmap', join(folder, 'out')]);
  t.equal(several.code, 0, several.stderr);
  const written = (await readdir(join(folder, 'out'), { recursive: true })).filter((f) => f.endsWith('.png'));
  t.same(written.sort(), ['a/x.png.heatmap.png', 'b/x.png.heatmap.png']);
});
