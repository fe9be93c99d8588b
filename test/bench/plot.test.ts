import sharp from 'sharp';
import t from 'tap';
import { barCharts, lineChart, niceScale } from '../../bench/plot.js';
import { table } from '../../bench/report.js';

t.test('scales begin at 0, hold the greatest value and step in round numbers', async (t) => {
  for (const max of [0.03, 1, 7, 99, 100, 101, 1234, 98765]) {
    const { top, step } = niceScale(max);
    t.ok(top >= max * 0.999 && top < max * 1.5, `${max} lies under ${top}`);
    t.match(String(Number((step / 10 ** Math.floor(Math.log10(step) + 1e-9)).toFixed(6))), /^(1|2|5)$/);
  }
});

t.test('plots are pictures that a renderer accepts, and names are escaped', async (t) => {
  const bar = { value: 3, min: 2, max: 4 };
  const chart = {
    title: 'CPU',
    unit: 'ms',
    series: ['a', 'b'],
    groups: [{ name: '<512 & more>', bars: [bar, bar] }],
  };
  const line = {
    xTitle: 'requests',
    yTitle: 'MiB',
    lines: [{ name: 'aidet', points: [[0, 10] as [number, number], [5, 20] as [number, number]] }],
  };
  for (const svg of [barCharts('bars', [chart], 'foot'), lineChart('line', line, 'foot')]) {
    const { width, height } = await sharp(Buffer.from(svg)).png().metadata();
    t.ok(width === 760 && height > 200, `${width}x${height}`);
  }
  t.match(barCharts('bars', [chart], 'foot'), '&lt;512 &amp; more>');
});

t.test('tables line up', async (t) => {
  const lines = table(
    ['name', 'ms'],
    [
      ['long name', '1'],
      ['b', '234'],
    ],
  ).split('\n');
  t.equal(new Set(lines.map((l) => l.length)).size, 1);
});
