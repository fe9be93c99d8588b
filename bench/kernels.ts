/**
 * The forensic kernels against the same outputs made with OpenCV, NumPy and sharp: one thread, CPU time, decoded
 * pixels, the least of several rounds, ours and theirs in turn in the same minutes. Needs /usr/bin/python3 with
 * python3-opencv (PYTHON names another), a compiler and CMake.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { BENCH_IMAGES, type BenchImage, benchImagePath } from './images.js';
import { barCharts } from './plot.js';
import { commit, digits, progress, saveResult, spreadOf, table } from './report.js';
import { CACHE_FOLDER, ROOT } from './root.js';

/** Milliseconds by operation, besides versions and curves. */
type Times = Record<string, number>;

const TARGETS: Record<string, { label: string; atMost: [number, number]; ratio: number }> = {
  ela: { label: 'ELA, bit-exact', atMost: [1.5, 15], ratio: 4 },
  spectrum: { label: 'spectrum, Welch 256 with profile', atMost: [3.5, 47], ratio: 6 },
  noise: { label: 'noise residual, block energy', atMost: [0.4, 6], ratio: 8 },
  ghosts: { label: 'JPEG ghosts, 10 qualities', atMost: [2, 25], ratio: 80 },
};

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      smoke: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      target: { type: 'string' },
    },
  });
  const program = build();
  const turns = values.smoke || values.quick ? 1 : 4;
  const images: [BenchImage, number][] = values.smoke
    ? [[BENCH_IMAGES.small, 1]]
    : [
        [BENCH_IMAGES.megapixel, 8],
        [BENCH_IMAGES.camera, 3],
      ];
  const results = [];
  for (const [image, rounds] of images) {
    const { width, height } = image;
    const rgb = await sharp(await benchImagePath(image))
      .raw()
      .toBuffer();
    const path = join(CACHE_FOLDER, `${image.name}.rgb`);
    writeFileSync(path, rgb);
    const args = [path, String(width), String(height), String(rounds)];
    const ours: Times[] = [];
    const theirs: Times[] = [];
    for (let turn = 0; turn < turns; turn++) {
      progress(`${image.name}, turn ${turn + 1} of ${turns}`);
      ours.push(runJson(program, values.target === undefined ? args : [...args, values.target]));
      theirs.push({
        ...runJson(process.env['PYTHON'] ?? '/usr/bin/python3', [
          join(ROOT, 'bench/kernels/theirs.py'),
          ...args,
        ]),
        ela_sharp: await elaOfSharp(rgb, width, height, rounds),
      });
    }
    results.push({
      image: image.name,
      ours: least(ours),
      theirs: least(theirs),
      deviation: deviation(ours[0] as never, theirs[0] as never),
    });
  }
  show(results);
  if (!values.smoke) await saveResult('kernels', { turns, results }, { '': plot(results) });
}

interface Result {
  image: string;
  ours: Times;
  theirs: Times;
  deviation: Deviation;
}

/** Of the ghost curve from that of re-encoded pixels. */
interface Deviation {
  /** Grey levels squared. */
  largest: number;
  /** Median over the qualities. */
  relative: number;
}

function build(): string {
  const folder = join(CACHE_FOLDER, 'kernels');
  mkdirSync(folder, { recursive: true });
  const cmake = (...args: string[]): void => {
    execFileSync('cmake', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  cmake('-S', join(ROOT, 'bench/kernels'), '-B', folder);
  cmake('--build', folder, '--parallel', '2');
  return join(folder, 'kernels_bench');
}

function runJson(program: string, args: string[]): Times {
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Times;
}

/** ELA as a Node developer writes it. */
async function elaOfSharp(rgb: Buffer, width: number, height: number, rounds: number): Promise<number> {
  sharp.concurrency(1);
  const raw = { width, height, channels: 3 } as const;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    const jpeg = await sharp(rgb, { raw }).jpeg({ quality: 90 }).toBuffer();
    const again = await sharp(jpeg).raw().toBuffer();
    const difference = new Uint8Array(rgb.length);
    for (let k = 0; k < difference.length; k++)
      difference[k] = Math.abs((rgb[k] as number) - (again[k] as number));
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function least(turns: Times[]): Times {
  const [first = {}] = turns;
  return Object.fromEntries(
    Object.entries(first)
      .filter(([, value]) => typeof value === 'number')
      .map(([name]) => [name, Math.min(...turns.map((turn) => turn[name] as number))]),
  );
}

/** Rounding to whole pixels adds 1/12 to theirs, and takes all where the picture was saved at that very quality. */
function deviation(ours: { curve: number[] }, theirs: { curve: number[] }): Deviation {
  const pairs = ours.curve.map((v, i) => [v, theirs.curve[i] as number] as const);
  return {
    largest: Math.max(...pairs.map(([a, b]) => Math.abs(a - b))),
    relative: spreadOf(pairs.map(([a, b]) => Math.abs(a - b) / b)).median,
  };
}

function show(results: Result[]): void {
  const rows = results.flatMap(({ image, ours, theirs, deviation: off }, size) => [
    ...Object.entries(TARGETS).map(([name, { label, atMost, ratio }]) => {
      const [mine, other] = [ours[name] as number, theirs[name] as number];
      return [
        `${image} ${label}`,
        digits(mine),
        digits(atMost[size] ?? Number.NaN),
        digits(other),
        `${digits(other / mine)} x`,
        `${ratio} x`,
      ];
    }),
    [
      `${image} ELA against sharp`,
      digits(ours['ela'] as number),
      '',
      digits(theirs['ela_sharp'] as number),
      `${digits((theirs['ela_sharp'] as number) / (ours['ela'] as number))} x`,
      '12 x',
    ],
    [
      `${image} ghosts against the colour loop`,
      digits(ours['ghosts'] as number),
      '',
      digits(theirs['ghosts_colour'] as number),
      `${digits((theirs['ghosts_colour'] as number) / (ours['ghosts'] as number))} x`,
      '80 x',
    ],
    [`${image} ghosts off re-encoded pixels, grey levels squared`, digits(off.largest), '', '', '', ''],
    [`${image} the same, median share`, `${digits(100 * off.relative)} %`, '', '', '', ''],
  ]);
  console.log(table(['CPU-ms, one thread, least', 'aidet', 'at most', 'theirs', 'ratio', 'wanted'], rows));
}

function plot(results: Result[]): string {
  return barCharts(
    'Forensic kernels, the same output',
    results.map(({ image, ours, theirs }) => ({
      title: image,
      unit: 'CPU-ms',
      series: ['aidet', 'OpenCV and NumPy'],
      groups: Object.keys(TARGETS)
        .filter((name) => name !== 'ghosts')
        .map((name) => ({
          name,
          bars: [ours, theirs].map((times) => {
            const value = times[name] as number;
            return { value, min: value, max: value };
          }),
        })),
    })),
    `one thread, least of several rounds, ${commit()}`,
  );
}
