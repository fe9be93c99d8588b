/** Properties of the whole room, on pictures that are made here and falsified here. */
import sharp from 'sharp';
import { test } from 'tap';
import type { RgbImage } from '../../src/domain/types.js';
import { fileGrid } from '../../src/forensics/analyse.js';
import type { Box } from '../../src/forensics/types.js';
import { decoded, examined, grainy, pasted, photo, sharpOf, throughJpeg } from './pictures.js';

const SIZE = 640;
const SIDE = 192;
const PLACE = { x: 227, y: 195 };

/** Share of the pasted square that the region covers. */
function covered(region: Box | undefined): number {
  if (region === undefined) return 0;
  const along = (from: number, size: number, place: number): number =>
    Math.max(0, Math.min(from + size, place + SIDE) - Math.max(from, place));
  const area = along(region.x, region.width, PLACE.x) * along(region.y, region.height, PLACE.y);
  return area / SIDE ** 2;
}

test('a pasted part that never was a JPEG lights up in a picture that was', async (t) => {
  const host = await throughJpeg(grainy(photo(SIZE, SIZE, 1), 24), 70);
  const falsified = pasted(host, grainy(photo(SIDE, SIDE, 2), 24), PLACE.x, PLACE.y, SIDE);
  for (const file of [
    await sharpOf(falsified).png({ compressionLevel: 1 }).toBuffer(),
    await sharpOf(falsified).jpeg({ quality: 95 }).toBuffer(),
  ]) {
    const { findings, manipulationScore } = await examined(file);
    const found = findings.filter((f) => covered(f.region) > 0.5);
    t.ok(found.length > 0, JSON.stringify(findings));
    t.equal(found[0]?.severity, 'high');
    t.ok(manipulationScore >= 0.8);
    t.ok((found[0]?.region?.width ?? SIZE) < SIDE * 2, 'and not the whole picture with it');
  }
});

test('a part of another JPEG, pasted off the block grid, shows its own grid', async (t) => {
  const host = await throughJpeg(photo(SIZE, SIZE, 12), 75);
  const other = await throughJpeg(photo(SIZE, SIZE, 13), 75);
  const cut = await decoded(
    await sharpOf(other).extract({ left: 101, top: 94, width: SIDE, height: SIDE }).png().toBuffer(),
  );
  const store = (image: RgbImage) => sharpOf(image).png({ compressionLevel: 1 }).toBuffer();
  const { findings } = await examined(await store(pasted(host, cut, PLACE.x, PLACE.y, SIDE)));
  const found = findings.find((f) => f.code === 'block_grid_mismatch');
  t.ok(covered(found?.region) > 0.5, JSON.stringify(findings));
  t.equal(found?.severity, 'high');
  for (const untouched of [host, other]) {
    const { findings: none } = await examined(await store(untouched));
    t.notOk(none.some((f) => f.code === 'block_grid_mismatch'));
  }
});

test('a part with stronger noise lights up', async (t) => {
  const host = photo(SIZE, SIZE, 3);
  const noisy = grainy(photo(SIDE, SIDE, 4), 30);
  const file = await sharpOf(pasted(host, noisy, PLACE.x, PLACE.y, SIDE))
    .png({ compressionLevel: 1 })
    .toBuffer();
  const { findings } = await examined(file);
  const found = findings.find((f) => f.code === 'noise_mismatch');
  t.ok(covered(found?.region) > 0.5, JSON.stringify(findings));
});

test('the untouched pictures have no region', async (t) => {
  for (const seed of [1, 3]) {
    const image = grainy(photo(SIZE, SIZE, seed), seed === 1 ? 24 : 0);
    for (const file of [
      await sharpOf(image).png({ compressionLevel: 1 }).toBuffer(),
      await sharpOf(await throughJpeg(image, 70))
        .jpeg({ quality: 95 })
        .toBuffer(),
    ]) {
      const { findings } = await examined(file);
      t.same(
        findings.filter((f) => f.severity === 'high'),
        [],
      );
    }
  }
});

test('a JPEG that was saved again shows its first quality', async (t) => {
  const image = photo(512, 512, 5);
  for (const [first, second] of [
    [60, 90],
    [75, 92],
    [80, 95],
  ] as const) {
    const file = await sharpOf(await throughJpeg(image, first))
      .jpeg({ quality: second })
      .toBuffer();
    const { jpeg, findings } = await examined(file);
    t.equal(jpeg?.quality, second);
    t.ok(Math.abs((jpeg?.firstQuality ?? 0) - first) <= 1, `${first}, ${second}: ${jpeg?.firstQuality}`);
    t.ok(findings.some((f) => f.code === 'saved_again'));
    const once = await examined(await sharpOf(image).jpeg({ quality: second }).toBuffer());
    t.equal(once.jpeg?.firstQuality, second);
    t.notOk(once.findings.some((f) => f.code === 'saved_again'));
    t.ok((jpeg?.doubleCompression ?? 0) > (once.jpeg?.doubleCompression ?? 1));
  }
});

test('a lossless file shows that it was a JPEG, and of which quality', async (t) => {
  const was = await throughJpeg(photo(512, 512, 6), 80);
  const { jpeg } = await examined(await sharpOf(was).png({ compressionLevel: 1 }).toBuffer());
  t.equal(jpeg?.source, 'pixels');
  t.equal(jpeg?.firstQuality, 80);
  t.same([jpeg?.grid.x, jpeg?.grid.y], [0, 0]);
  const never = await examined(
    await sharpOf(photo(512, 512, 6))
      .png({ compressionLevel: 1 })
      .toBuffer(),
  );
  t.equal(never.jpeg, null);
});

test('a cropped JPEG shows where its old grid lies', async (t) => {
  const was = await throughJpeg(photo(512, 512, 7), 60);
  const cropped = await sharpOf(was).extract({ left: 3, top: 5, width: 480, height: 480 }).png().toBuffer();
  const { jpeg } = await examined(cropped);
  t.same([jpeg?.grid.x, jpeg?.grid.y], [5, 3]);
  t.equal(jpeg?.firstQuality, 60, 'ghosts follow the grid');
  const again = await examined(await sharp(cropped).jpeg({ quality: 98 }).toBuffer());
  t.ok(again.findings.some((f) => f.code === 'grid_moved'));
});

test('an enlarged picture shows its period', async (t) => {
  const image = photo(420, 420, 8);
  for (const factor of [1.3, 1.5, 1.7]) {
    const side = Math.round(420 * factor);
    const larger = sharpOf(image).resize(side, side, { kernel: 'cubic' });
    const { resampling, findings } = await examined(await larger.png().toBuffer());
    const expected = Math.min((1 / factor) % 1, 1 - ((1 / factor) % 1));
    // The pictures were blurred along x, which takes from the period there.
    t.ok(resampling.x.significance > 0);
    const { frequency, factors } = resampling.y;
    t.ok(Math.abs(frequency - expected) < 0.005, `${factor}: ${frequency}, not ${expected}`);
    t.ok(factors.some((f) => Math.abs(f - factor) < 0.02));
    t.ok(findings.some((f) => f.code === 'resampled'));
  }
  const { resampling } = await examined(await sharpOf(image).png().toBuffer());
  t.same([resampling.x.significance, resampling.y.significance], [0, 0]);
});

test('twice and four times as large: peaks in the spectrum at 1/2 and 1/4', async (t) => {
  const image = photo(256, 256, 9);
  const enlarge = async (factor: number) => {
    const larger = sharpOf(image).resize(256 * factor, 256 * factor, { kernel: 'linear' });
    return (await examined(await larger.png().toBuffer())).frequency;
  };
  const [once, twice, four] = [await enlarge(1), await enlarge(2), await enlarge(4)];
  t.ok((twice?.upsampling.half ?? 0) > 0.6, `${twice?.upsampling.half}`);
  t.ok((four?.upsampling.quarter ?? 0) > 0.6, `${four?.upsampling.quarter}`);
  t.ok((once?.upsampling.half ?? 1) < 0.5 && (once?.upsampling.quarter ?? 1) < 0.5);
  t.ok(twice?.peaks.some(({ fx, fy }) => Math.abs(fx) === 0.5 || fy === 0.5));
});

test('the smallest pictures have figures too', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [7, 300],
    [8, 8],
    [255, 256],
  ] as const) {
    const file = await sharpOf(photo(width, height, 10))
      .jpeg({ quality: 80 })
      .toBuffer();
    const { frequency, ela, findings, jpeg } = await examined(file, {
      maps: true,
      report: true,
      sheet: true,
    });
    t.equal(frequency, null);
    t.ok(Number.isFinite(ela.mean));
    t.ok(jpeg === null || jpeg.quality === 80);
    t.same(
      findings.filter((f) => f.region),
      [],
    );
  }
});

test('the same file gives the same figures, also beside others', async (t) => {
  const file = await sharpOf(photo(300, 290, 11))
    .jpeg({ quality: 85 })
    .toBuffer();
  const first = await examined(file);
  t.same(await examined(file), first);
  const all = await Promise.all(Array.from({ length: 4 }, () => examined(file)));
  for (const other of all) t.same(other, first);
});

test('a turned picture keeps its grid', (t) => {
  t.same(fileGrid(1, 101, 203), { fileGridX: 0, fileGridY: 0 });
  t.same(fileGrid(2, 101, 203), { fileGridX: 5, fileGridY: 0 });
  t.same(fileGrid(3, 101, 203), { fileGridX: 5, fileGridY: 3 });
  t.same(fileGrid(6, 101, 203), { fileGridX: 5, fileGridY: 0 });
  t.same(fileGrid(8, 101, 203), { fileGridX: 0, fileGridY: 3 });
  t.end();
});
