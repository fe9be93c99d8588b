import sharp from 'sharp';
import t from 'tap';
import { greyMap, perceptualMap } from '../../src/imaging/colour-map.js';
import { renderMap } from '../../src/imaging/map-picture.js';

const mapOf = (width: number, height: number) =>
  Uint8Array.from({ length: width * height }, (_, i) => (i * 31 + ((i / width) | 0) * 7) & 255);
const grey = async (png: Uint8Array) => {
  const { data, info } = await sharp(png).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

t.test('a map that fits keeps every value', async (t) => {
  const map = mapOf(83, 47);
  const { data, width, height } = await grey(
    renderMap(map, 83, 47, { palette: greyMap(), longSidePx: 1024, levels: 256 }),
  );
  t.same([width, height], [83, 47]);
  t.ok(data.equals(map));
});

t.test('values go through the palette', async (t) => {
  const palette = perceptualMap();
  const png = renderMap(mapOf(16, 16), 16, 16, { palette, longSidePx: 1024, levels: 256 });
  const data = await sharp(png).raw().toBuffer();
  t.ok(mapOf(16, 16).every((value, i) => [0, 1, 2].every((c) => data[3 * i + c] === palette[3 * value + c])));
});

t.test('a larger map is the mean of what each pixel covers', async (t) => {
  for (const [width, height, longSidePx] of [
    [200, 100, 50],
    [101, 67, 64],
    [67, 301, 100],
    [5000, 1, 256],
  ] as const) {
    const map = mapOf(width, height);
    const picture = await grey(
      renderMap(map, width, height, { palette: greyMap(), longSidePx, levels: 256 }),
    );
    t.equal(Math.max(picture.width, picture.height), longSidePx);
    const edges = (size: number, count: number) =>
      Array.from({ length: count + 1 }, (_, i) => Math.floor((i * size) / count));
    const xs = edges(width, picture.width);
    const ys = edges(height, picture.height);
    let worst = 0;
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        const values: number[] = [];
        for (let row = ys[y] as number; row < (ys[y + 1] as number); row++) {
          for (let column = xs[x] as number; column < (xs[x + 1] as number); column++)
            values.push(map[row * width + column] as number);
        }
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        worst = Math.max(worst, Math.abs(mean - (picture.data[y * picture.width + x] as number)));
      }
    }
    t.ok(worst <= 0.5, `${width} x ${height} to ${longSidePx}: off by ${worst}`);
  }
});

t.test('a map of another size than stated is our own mistake', async (t) => {
  t.throws(
    () => renderMap(mapOf(4, 4), 4, 5, { palette: greyMap(), longSidePx: 10, levels: 256 }),
    RangeError,
  );
});

t.test('fewer levels stand in the middle of their steps', async (t) => {
  const map = Uint8Array.from({ length: 256 }, (_, i) => i);
  const { data } = await grey(renderMap(map, 16, 16, { palette: greyMap(), longSidePx: 16, levels: 32 }));
  t.equal(new Set(data).size, 32);
  t.ok(map.every((value, i) => Math.abs(value - (data[i] as number)) <= 4));
});
