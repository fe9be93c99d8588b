import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AidetError } from '../domain/errors.js';
import { DEFAULT_DETECT_OPTIONS, type DetectOptions } from '../domain/types.js';
import { createDetector } from '../main.js';
import type { DetectResult, Pipeline } from '../pipeline/types.js';
import { parseArguments } from './arguments.js';
import { readImage } from './image-file.js';
import { type InputFile, listInputs } from './inputs.js';
import { EXIT, type Io, printLine, UsageError } from './io.js';
import { Progress } from './progress.js';

const HELP = `Usage: aidet detect PATH... [OPTIONS]

Judges images in this process; no server is needed. A folder stands for all images below it.

  --json               one JSON object a line: path, verdict, confidence, ai_probability,
                       model_attribution, latency_ms, error
  --heatmap FILE|DIR   write the heatmap picture; a folder where there are several images
  --threshold P        verdict is ai_generated from this probability on (0..1)
  --files-from LIST    take paths from a file, one a line; - is standard input

Exit code: 0 all images judged, 1 some failed, 2 wrong use.`;

const OPTIONS = {
  json: { type: 'boolean' },
  heatmap: { type: 'string' },
  threshold: { type: 'string' },
  'files-from': { type: 'string', multiple: true },
} as const;

type Outcome = { file: InputFile; latencyMs: number } & ({ result: DetectResult } | { error: AidetError });

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, positionals, resolved } = parseArguments(argv, OPTIONS, io);
  if (values['help']) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const files = await listInputs(positionals, (values['files-from'] as string[] | undefined) ?? [], io);
  if (files.length === 0) throw new UsageError('no images: name files, folders or --files-from LIST');
  const heatmap = values['heatmap'] as string | undefined;
  const heatmapPath = heatmap === undefined ? undefined : await heatmapNamer(heatmap, files);
  const options: DetectOptions = {
    ...DEFAULT_DETECT_OPTIONS,
    includeAttribution: true,
    includeHeatmap: heatmap !== undefined,
    modelThreshold: parseThreshold(values['threshold'] as string | undefined),
  };
  const detector = await createDetector(resolved.settings);
  try {
    const context = {
      imageBytesMax: resolved.settings.image_bytes_max,
      timeoutMs: resolved.settings.deadline_ms,
    };
    const progress = new Progress(files.length, io);
    let failed = 0;
    for await (const outcome of inOrder(files, detector.concurrency, (f) =>
      judge(f, detector.pipeline, options, context),
    )) {
      if ('error' in outcome) failed++;
      else if (heatmapPath !== undefined && outcome.result.heatmapPng !== null) {
        const path = heatmapPath(outcome.file);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, outcome.result.heatmapPng);
      }
      progress.clear();
      if (values['json']) printLine(io.stdout, JSON.stringify(toJson(outcome)));
      else printOutcome(outcome, io);
      progress.step(!('error' in outcome));
    }
    progress.clear();
    return failed === 0 ? EXIT.ok : EXIT.someFailed;
  } finally {
    await detector.close();
  }
}

function parseThreshold(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new UsageError(`--threshold must be between 0 and 1, got '${text}'`);
  return value;
}

/** One image may go to a file; several go to a folder, each under its own name. */
async function heatmapNamer(target: string, files: InputFile[]): Promise<(file: InputFile) => string> {
  const isFolder = (await stat(target).catch(() => undefined))?.isDirectory() ?? target.endsWith('/');
  if (files.length === 1 && !isFolder) return () => target;
  if (!isFolder && target.endsWith('.png')) {
    throw new UsageError(`--heatmap ${target}: there are ${files.length} images; name a folder`);
  }
  const names = new Map<InputFile, string>();
  const taken = new Set<string>();
  for (const file of files) {
    let name = `${file.name}.heatmap.png`;
    for (let n = 2; taken.has(name); n++) name = `${file.name}.${n}.heatmap.png`;
    taken.add(name);
    names.set(file, join(target, name));
  }
  return (file) => names.get(file) as string;
}

async function judge(
  file: InputFile,
  pipeline: Pipeline,
  options: DetectOptions,
  { imageBytesMax, timeoutMs }: { imageBytesMax: number; timeoutMs: number },
): Promise<Outcome> {
  const begun = performance.now();
  try {
    const bytes = await readImage(file.path, imageBytesMax);
    const context = { signal: new AbortController().signal, priority: 'interactive', timeoutMs } as const;
    const result = await pipeline.detect({ bytes }, options, context);
    return { file, latencyMs: performance.now() - begun, result };
  } catch (error) {
    const known =
      error instanceof AidetError
        ? error
        : new AidetError('internal_error', (error as Error).message, { cause: error });
    return { file, latencyMs: performance.now() - begun, error: known };
  }
}

/** Runs at most `width` at a time and yields in the order of the input. */
async function* inOrder<T, R>(items: T[], width: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for (const item of items) {
    running.push(work(item));
    if (running.length >= width) yield (await running.shift()) as R;
  }
  for (const rest of running) yield await rest;
}

function toJson(outcome: Outcome): Record<string, unknown> {
  const result = 'result' in outcome ? outcome.result : undefined;
  return {
    path: outcome.file.path,
    verdict: result?.verdict ?? null,
    confidence: result?.confidence ?? null,
    ai_probability: result?.aiProbability ?? null,
    model_attribution: result?.attribution ?? null,
    latency_ms: Math.round(outcome.latencyMs),
    error: 'error' in outcome ? { code: outcome.error.code, message: outcome.error.message } : null,
  };
}

function printOutcome(outcome: Outcome, io: Io): void {
  if ('error' in outcome) {
    printLine(io.stderr, `${outcome.file.path}: ${outcome.error.message}`);
    return;
  }
  const { verdict, confidence, attribution, reliability } = outcome.result;
  const label = verdict === 'ai_generated' ? 'AI-generated' : 'authentic';
  const likeliest = Object.entries(attribution ?? {})[0];
  const notes = [
    ...(likeliest ? [`most like ${likeliest[0]} (${percent(likeliest[1])})`] : []),
    ...(reliability.level === 'high'
      ? []
      : [`reliability ${reliability.level}: ${reliability.reasons.join('; ')}`]),
  ];
  const line = `${label.padEnd(12)} ${percent(confidence).padStart(6)}  ${outcome.file.path}`;
  printLine(io.stdout, notes.length > 0 ? `${line}  (${notes.join(', ')})` : line);
}

function percent(p: number): string {
  return `${(100 * p).toFixed(1)} %`;
}
