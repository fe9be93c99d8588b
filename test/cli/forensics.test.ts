import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { test } from 'tap';
import { aidet } from './run-command.js';

const street = fileURLToPath(new URL('../../../test/fixtures/street.jpg', import.meta.url));

test('aidet forensics: JSON Lines, maps, report; one bad file never stops the rest', async (t) => {
  const folder = t.testdir({ 'text.png': 'not an image' });
  const [maps, reports] = [join(folder, 'maps'), join(folder, 'reports')];
  await mkdir(reports);
  const files = [join(folder, 'text.png'), street];
  const options = ['--json', '--maps', maps, '--report', reports, '--map-max-px', '300', '--overlay'];
  const { code, stdout } = await aidet(['forensics', ...files, ...options]);
  t.equal(code, 1);
  const [bad, good] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.equal(bad.error.code, 'invalid_request');
  t.equal(good.path, street);
  t.equal(good.jpeg.source, 'file');
  t.type(good.summary.manipulation_score, 'number');
  t.same((await readdir(maps)).sort(), [
    'street.jpg.ela.png',
    'street.jpg.maps.png',
    'street.jpg.noise.png',
    'street.jpg.spectrum.png',
  ]);
  const { format } = await sharp(await readFile(join(maps, 'street.jpg.maps.png'))).metadata();
  t.equal(format, 'png');
  const report = await readFile(join(reports, 'street.jpg.html'), 'utf8');
  t.match(report, good.image.sha256);
  t.match(report, /300 pixels.*Maps lie over<\/td><td>the dimmed picture/s);
});

test('aidet forensics: wrong use is told', async (t) => {
  for (const args of [[], [street, '--ela-quality', '100']]) {
    const { code, stderr } = await aidet(['forensics', ...args]);
    t.equal(code, 2);
    t.match(stderr, /no images|--ela-quality/);
  }
});
