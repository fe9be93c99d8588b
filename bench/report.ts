/**
 * What every result carries, so that a figure can be judged later: machine, versions, commit, time and the spread
 * over repetitions. Results are JSON files in bench/results, plots lie beside them.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { ROOT } from './root.js';

export interface Spread {
  min: number;
  median: number;
  max: number;
}

export function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) /
    2) as number;
  return { min: sorted[0] as number, median, max: sorted.at(-1) as number };
}

/** `12.3 (11.9..12.8)` */
export function showSpread({ min, median, max }: Spread): string {
  return `${digits(median)} (${digits(min)}..${digits(max)})`;
}

/** Three significant digits, no exponent. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

export function machine(): Record<string, unknown> {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    arch: arch(),
    kernel: release(),
    node: process.version,
    sharp: sharp.versions.sharp,
    libvips: sharp.versions.vips,
  };
}

/** The commit that was measured, with `+` where files differ from it. */
export function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  try {
    const dirty = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short=10', 'HEAD') + (dirty ? '+' : '');
  } catch {
    return 'unknown';
  }
}

export const RESULTS_FOLDER = join(ROOT, 'bench', 'results');

/** Writes `bench/results/<name>.json` and its plots as SVG and PNG; the newest run replaces the one before. */
export async function saveResult(
  name: string,
  result: Record<string, unknown>,
  plots: Record<string, string> = {},
): Promise<void> {
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  const head = { bench: name, measuredAt: new Date().toISOString(), commit: commit(), machine: machine() };
  const path = join(RESULTS_FOLDER, `${name}.json`);
  writeFileSync(path, `${JSON.stringify({ ...head, ...result }, roundNumbers, 1)}\n`);
  console.log(`saved ${path}`);
  for (const [plot, svg] of Object.entries(plots)) {
    const base = join(RESULTS_FOLDER, `${name}${plot === '' ? '' : `-${plot}`}`);
    writeFileSync(`${base}.svg`, svg);
    await sharp(Buffer.from(svg), { density: 144 }).png({ palette: true }).toFile(`${base}.png`);
    console.log(`saved ${base}.svg and .png`);
  }
}

function roundNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}

/** Columns as wide as their widest cell, the first to the left, the others to the right. */
export function table(head: string[], rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join(' | ')} |`;
  const rule = `| ${widths.map((w, i) => (i === 0 ? '-'.repeat(w) : `${'-'.repeat(w - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

const started = performance.now();

/** One line of progress on standard error, with the seconds since the start. */
export function progress(text: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
}
