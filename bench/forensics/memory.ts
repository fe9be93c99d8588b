/** Resident memory of a 100-megapixel JPEG on its road: decoded, and at the peak of the analysis, in a process of its own. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { Effort } from '../forensics.js';
import { BENCH_IMAGES, benchImagePath } from '../images.js';
import { table } from '../report.js';
import { CACHE_FOLDER } from '../root.js';
import type { MemoryUse } from './memory-child.js';

const MEBIBYTE = 2 ** 20;
const AT_MOST_BYTES_A_PIXEL = 3;
const CHILD = fileURLToPath(new URL('./memory-child.js', import.meta.url));

export async function measureMemory(effort: Effort): Promise<MemoryUse & { beyondBytesAPixel: number }> {
  const tiles = effort === 'smoke' ? { across: 1, down: 1 } : { across: 3, down: 3 };
  const use = await inChild(await tiledJpeg(tiles.across, tiles.down));
  const pixels = use.width * use.height;
  const beyondBytesAPixel = (use.peakBytes - use.decodedBytes) / pixels;
  const mib = (bytes: number): string => (bytes / MEBIBYTE).toFixed(0);
  console.log(
    table(
      [
        `${use.width} x ${use.height} JPEG, ${(pixels / 1e6).toFixed(0)} megapixels, resident`,
        'MiB',
        'bytes a pixel',
      ],
      [
        ['before', mib(use.startBytes), ''],
        ['peak of decoding', mib(use.decodingPeakBytes), ''],
        ['decoded picture and file held', mib(use.decodedBytes), ''],
        [
          'peak of the analysis with three maps',
          mib(use.peakBytes),
          `${beyondBytesAPixel.toFixed(2)} beyond the decoded picture, at most ${AT_MOST_BYTES_A_PIXEL}`,
        ],
      ],
    ),
  );
  return { ...use, beyondBytesAPixel };
}

/** The camera's bench picture side by side and one below another, so that no generator runs for minutes. */
async function tiledJpeg(across: number, down: number): Promise<string> {
  const { camera } = BENCH_IMAGES;
  const path = join(CACHE_FOLDER, 'images', `${camera.name}-${across}x${down}.jpg`);
  if (existsSync(path)) return path;
  await mkdir(join(CACHE_FOLDER, 'images'), { recursive: true });
  const tile = await sharp(await readFile(await benchImagePath(camera)))
    .raw()
    .toBuffer();
  const row = 3 * camera.width;
  const all = Buffer.allocUnsafe(tile.length * across * down);
  for (let y = 0, to = 0; y < camera.height * down; y++) {
    const from = (y % camera.height) * row;
    for (let x = 0; x < across; x++, to += row) tile.copy(all, to, from, from + row);
  }
  const raw = { width: camera.width * across, height: camera.height * down, channels: 3 } as const;
  await writeFile(path, await sharp(all, { raw, limitInputPixels: false }).jpeg({ quality: 90 }).toBuffer());
  return path;
}

function inChild(path: string): Promise<MemoryUse> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [path], { execArgv: ['--expose-gc'] });
    child.once('message', (use) => resolve(use as MemoryUse));
    child.once('exit', (code) => reject(new Error(`${CHILD} ended with ${code}`)));
  });
}
