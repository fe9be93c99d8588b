import { test } from 'tap';
import type { LookWindow } from '../../src/domain/second-looks.js';
import { secondLook } from '../../src/imaging/second-look.js';
import { sharp } from '../../src/imaging/sharp.js';
import { picture } from '../support/inference.js';

const image = { rgb: picture(300, 200), width: 300, height: 200 };
const window = (x: number, y: number, width: number, height: number): LookWindow => ({
  ...{ x, y, width, height },
  tiles: [0],
});
const raw = { raw: { width: 300, height: 200, channels: 3 as const } };

test('saved: the pixels of that window through JPEG 60', async (t) => {
  const region = { left: 37, top: 11, width: 128, height: 96 };
  const file = await sharp(image.rgb, raw).extract(region).jpeg({ quality: 60 }).toBuffer();
  const expected = await sharp(file).raw().toBuffer();
  const seen = await secondLook(image, window(37, 11, 128, 96), 'save');
  t.match(seen, { width: 128, height: 96 });
  t.ok(Buffer.from(seen.rgb).equals(expected));
});

test('shrunk: means of two by two pixels, down to a pixel', async (t) => {
  const seen = await secondLook(image, window(37, 11, 129, 96), 'shrink');
  t.match(seen, { width: 64, height: 48 });
  const at = (x: number, y: number, c: number): number => image.rgb[(y * 300 + x) * 3 + c] as number;
  let wrong = 0;
  seen.rgb.forEach((value, i) => {
    const [c, pixel] = [i % 3, Math.floor(i / 3)];
    const [x, y] = [37 + 2 * (pixel % 64), 11 + 2 * Math.floor(pixel / 64)];
    const mean = (at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c)) / 4;
    if (value !== Math.round(mean)) wrong++;
  });
  t.equal(seen.rgb.length, 64 * 48 * 3);
  t.equal(wrong, 0);
  const pixel = await secondLook(image, window(299, 199, 1, 1), 'shrink');
  t.same([...pixel.rgb], [at(299, 199, 0), at(299, 199, 1), at(299, 199, 2)]);
  const column = await secondLook(image, window(299, 100, 1, 50), 'shrink');
  t.match(column, { width: 1, height: 25 });
});
