import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { test } from 'tap';
import type { RgbImage } from '../../../src/domain/types.js';
import {
  correlation,
  findMark,
  MARKS,
  meanVotes,
  readVotes,
  score,
  Z_MIN,
} from '../../../src/provenance/pixels/dwt-dct.js';
import { embed } from '../../support/dwt-dct-encoder.js';
import { scene, sharpOf } from '../../support/images.js';
import { sharedFolder } from '../../support/shared.js';

const U: readonly [number, number, number] = [-0.492 * 0.299, -0.492 * 0.587, 0.492 * (1 - 0.114)];

async function load(file: Buffer | string): Promise<RgbImage> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb: new Uint8Array(data), width: info.width, height: info.height };
}

const picture = scene(512, 384);

test('the messages have the lengths of their sources', async (t) => {
  t.same(
    MARKS.map(({ bits }) => bits.length),
    [48, 48, 136, 32],
  );
  t.equal(
    MARKS[2]?.bits.slice(0, 8).join(''),
    '01010011',
    'S of StableDiffusionV1, most significant bit first',
  );
});

test('each mark is found where it was embedded, and named', async (t) => {
  for (const mark of MARKS) {
    const found = findMark(embed(picture, mark.bits));
    t.equal(found?.mark.trace, mark.trace);
    t.ok((found?.z ?? 0) > Z_MIN);
  }
});

test('a mark embedded with red and blue changed is found too', async (t) => {
  const swap = ({ rgb, ...size }: RgbImage): RgbImage => {
    const swapped = rgb.slice();
    for (let i = 0; i < rgb.length; i += 3)
      [swapped[i], swapped[i + 2]] = [rgb[i + 2] as number, rgb[i] as number];
    return { rgb: swapped, ...size };
  };
  const [mark] = MARKS;
  t.equal(findMark(swap(embed(swap(picture), mark?.bits ?? [])))?.mark, mark);
});

test('pictures without a mark have none, plain ones too', async (t) => {
  t.equal(findMark(picture), null);
  for (const grey of [0, 128, 255])
    t.equal(findMark({ rgb: new Uint8Array(512 * 512 * 3).fill(grey), width: 512, height: 512 }), null);
  t.equal(
    findMark(embed(scene(200, 200), MARKS[0]?.bits ?? [])),
    null,
    'below 256 x 256 nothing is looked for',
  );
});

test('a mark lives through JPEG with full colour, not through another size or a crop off the grid', async (t) => {
  const [mark] = MARKS;
  const marked = sharpOf(embed(picture, mark?.bits ?? []));
  for (const quality of [95, 90, 80]) {
    const jpeg = await load(await marked.clone().jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer());
    t.equal(findMark(jpeg)?.mark, mark, `4:4:4, quality ${quality}`);
  }
  t.equal(findMark(await load(await marked.clone().webp({ lossless: true }).toBuffer()))?.mark, mark);
  const lost = [
    marked.clone().resize(460),
    marked.clone().extract({ left: 3, top: 0, width: 500, height: 384 }),
  ];
  for (const pipeline of lost) t.equal(findMark(await load(await pipeline.png().toBuffer())), null);
});

test('the score is a correlation in standard deviations', async (t) => {
  const [mark] = MARKS;
  const bits = mark?.bits ?? [];
  t.ok(Math.abs(correlation(Float64Array.from(bits), bits) - Math.sqrt(47)) < 1e-9);
  t.ok(
    Math.abs(
      correlation(
        Float64Array.from(bits, (bit) => 1 - bit),
        bits,
      ) + Math.sqrt(47),
    ) < 1e-9,
  );
  t.equal(correlation(new Float64Array(48), bits), 0);
  const few = readVotes(embed(picture, bits), U, 3);
  t.ok(score(few, bits) > 2, 'some rows of blocks are enough for a first look');
});

const { path, skip } = sharedFolder('dataset');

test('chance reaches the threshold in less than one real picture of a million', { skip }, async (t) => {
  const rows = readFileSync(`${path}/index.tsv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split('\t'));
  const real = rows.filter(([, label]) => label === 'real').map(([file]) => `${path}/${file}`);
  let looked = 0;
  let highest = 0;
  let trials = 0;
  let hits = 0;
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 31;
  };
  // Messages that nobody embeds show what chance does: as many trials as pictures times messages.
  const messages = Array.from({ length: 1700 }, () => Array.from({ length: 48 }, random));
  for (const file of real) {
    const image = await load(file);
    t.equal(findMark(image), null, file);
    if (image.width * image.height < 256 * 256) continue;
    looked++;
    const votes = readVotes(image, U, 1);
    const means = meanVotes(votes, 48);
    for (const bits of messages) {
      const z = correlation(means, bits);
      trials++;
      if (z >= Z_MIN) hits++;
      if (z > highest) highest = z;
    }
  }
  t.comment(
    `${looked} real pictures, ${trials} trials, highest z ${highest.toFixed(2)}, ${hits} at or over ${Z_MIN}`,
  );
  t.ok(trials > 1e6);
  t.equal(hits, 0);
});
