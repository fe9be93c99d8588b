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

t.test('an overlay shows the map in colour and the image in grey', async (t) => {
  const [width, height] = [32, 16];
  const map = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 16 ? 0 : 255));
  // Black above, white below.
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i < 24 * width ? 0 : 255));
  const over = { rgb, width, height };
  const options = { palette: perceptualMap(), longSidePx: 32, levels: 32, over };
  const png = renderMap(map, width, height, options);
  const data = await sharp(png).removeAlpha().raw().toBuffer();
  const at = (x: number, y: number) =>
    Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
  const brightness = (x: number, y: number) => at(x, y).reduce((a, b) => a + b);
  t.ok(brightness(2, 12) > brightness(2, 2) + 100, 'the image shows through');
  const blue = (x: number, y: number) => (at(x, y)[2] as number) - (at(x, y)[0] as number);
  t.ok(
    blue(2, 2) > 40 && blue(2, 12) > 40 && blue(28, 2) < -40 && blue(28, 12) < -40,
    'the map keeps its colour',
  );
});

t.test('squares are drawn over all of their pixels, rows repeated or not', async (t) => {
  const values = Uint8Array.of(10, 60, 110, 160, 210, 250);
  const squares = { px: 16, imageWidth: 44, imageHeight: 30 };
  const options = { palette: greyMap(), longSidePx: 1024, levels: 256, squares };
  const { data, width, height } = await grey(renderMap(values, 3, 2, options));
  t.same([width, height], [44, 30]);
  for (let y = 0; y < 30; y++)
    for (let x = 0; x < 44; x++)
      if (data[y * 44 + x] !== values[Math.floor(y / 16) * 3 + Math.floor(x / 16)]) t.fail(`${x}, ${y}`);
  const half = await grey(renderMap(values, 3, 2, { ...options, longSidePx: 22 }));
  t.same([half.width, half.height, half.data[0], half.data.at(-1)], [22, 15, 10, 250]);
});
