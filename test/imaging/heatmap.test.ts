import sharp from 'sharp';
import t from 'tap';
import type { HeatmapGrid } from '../../src/domain/types.js';
import { PICTURE_SIDE_MAX_PX, renderHeatmap } from '../../src/imaging/heatmap.js';
import { scene } from '../support/images.js';

interface Picture {
  width: number;
  height: number;
  pixel(x: number, y: number): number[];
}

async function read(png: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, pixel: (x, y) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] };
}

function gridOf(
  width: number,
  height: number,
  cellPx: number,
  value: (r: number, c: number) => number | null,
): HeatmapGrid {
  const rows = Math.ceil(height / cellPx);
  const cols = Math.ceil(width / cellPx);
  const values = Array.from({ length: rows }, (_, r) => Array.from({ length: cols }, (_, c) => value(r, c)));
  return { rows, cols, cellPx, coverage: values.flat().includes(null) ? 0.5 : 1, values };
}

const isGrey = ([r, g, b]: number[]) => r === g && g === b;
const blueOver = ([r, , b]: number[]) => (b as number) - (r as number);

t.test('a cell has its colour to its border and no further', async (t) => {
  const image = { rgb: new Uint8Array(512 * 512 * 3).fill(128), width: 512, height: 512 };
  const grid = gridOf(512, 512, 64, (r, c) => (r === 3 && c === 5 ? 1 : 0));
  const picture = await read(await renderHeatmap(image, grid));
  t.equal(picture.width, 512, 'an image of this size is shown pixel by pixel');
  const hot = picture.pixel(350, 220);
  const cold = picture.pixel(10, 10);
  t.ok(blueOver(hot) < -60, 'high is yellow');
  t.ok(blueOver(cold) > 40, 'low is blue');
  for (const [x, y] of [
    [320, 192],
    [383, 255],
    [320, 255],
    [383, 192],
  ] as const)
    t.same(picture.pixel(x, y), hot, `inside ${x},${y}`);
  for (const [x, y] of [
    [319, 192],
    [384, 255],
    [320, 256],
    [383, 191],
  ] as const)
    t.same(picture.pixel(x, y), cold, `outside ${x},${y}`);
});

t.test('the colour rises with the probability, step by step', async (t) => {
  const image = { rgb: new Uint8Array(640 * 32 * 3).fill(90), width: 640, height: 32 };
  const picture = await read(
    await renderHeatmap(
      image,
      gridOf(640, 32, 32, (_, c) => (c + 0.5) / 20),
    ),
  );
  const colours = Array.from({ length: 20 }, (_, c) => picture.pixel(c * 32 + 16, 16));
  t.equal(new Set(colours.map(String)).size, 20, 'twenty steps are told apart');
  const luma = colours.map(
    ([r, g, b]) => 0.299 * (r as number) + 0.587 * (g as number) + 0.114 * (b as number),
  );
  t.ok(
    luma.every((value, i) => i === 0 || value > (luma[i - 1] as number)),
    'lightness alone orders them',
  );
});

t.test('cells that were not looked at are hatched in grey and named in the legend', async (t) => {
  const image = scene(512, 256);
  const seen = gridOf(512, 256, 64, () => 0.5);
  const half = gridOf(512, 256, 64, (_, c) => (c < 4 ? 0.5 : null));
  const picture = await read(await renderHeatmap(image, half));
  const row = Array.from({ length: 256 }, (_, i) => picture.pixel(256 + i, 100));
  t.ok(row.every(isGrey), 'no colour');
  const lines = row.filter((pixel) => pixel[0] === 225).length;
  t.ok(lines > 40 && lines < 65, `a fifth is lines, got ${lines} of 256`);
  t.notOk(isGrey(picture.pixel(100, 100)), 'its neighbour is coloured');
  const legend = (p: Picture) => {
    let ink = 0;
    for (let y = 256; y < p.height; y++)
      for (let x = 0; x < p.width; x++) ink += p.pixel(x, y)[0] === 235 ? 1 : 0;
    return ink;
  };
  const full = await read(await renderHeatmap(image, seen));
  t.ok(legend(full) > 200, 'the legend has words');
  t.ok(legend(picture) > legend(full) + 100, 'and more of them where cells are missing');
});

t.test('the image shows through', async (t) => {
  const rgb = new Uint8Array(300 * 300 * 3);
  rgb.fill(255, rgb.length / 2);
  const image = { rgb, width: 300, height: 300 };
  const picture = await read(
    await renderHeatmap(
      image,
      gridOf(300, 300, 300, () => 0.5),
    ),
  );
  const sum = (pixel: number[]) => pixel.reduce((a, b) => a + b);
  t.ok(sum(picture.pixel(150, 290)) > sum(picture.pixel(150, 10)) + 100);
});

t.test('any size gives a picture within the bound, the same each time', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [1, 3000],
    [3000, 1],
    [4096, 4096],
    [5000, 700],
    [767, 768],
    [17, 9],
  ] as const) {
    const image = scene(width, height);
    const grid = gridOf(width, height, Math.max(32, Math.ceil(Math.max(width, height) / 32)), (r, c) =>
      (r + c) % 7 ? 0.3 : null,
    );
    const png = await renderHeatmap(image, grid);
    const picture = await read(png);
    t.ok(
      picture.width <= PICTURE_SIDE_MAX_PX && picture.height <= PICTURE_SIDE_MAX_PX,
      `${width} x ${height}`,
    );
    t.same(await renderHeatmap(image, grid), png, 'the same bytes again');
  }
});
