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

test('shrunk: half the size, down to a pixel', async (t) => {
  const seen = await secondLook(image, window(0, 0, 300, 200), 'shrink');
  t.match(seen, { width: 150, height: 100 });
  t.equal(seen.rgb.length, 150 * 100 * 3);
  const average = (rgb: Uint8Array): number => rgb.reduce((sum, v) => sum + v, 0) / rgb.length;
  t.ok(Math.abs(average(seen.rgb) - average(image.rgb)) < 1);
  t.match(await secondLook(image, window(299, 199, 1, 1), 'shrink'), { width: 1, height: 1 });
});
