import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AidetError } from '../domain/errors.js';
import { DEFAULT_FORENSICS_OPTIONS } from '../domain/types.js';
import type { Forensics } from '../forensics/types.js';
import { presentForensics } from '../http/images/present-forensics.js';
import { createDetector } from '../main.js';
import type { Pipeline } from '../pipeline/types.js';
import { parseArguments } from './arguments.js';
import { readImage } from './image-file.js';
import { type InputFile, listInputs } from './inputs.js';
import { EXIT, type Io, printLine, UsageError } from './io.js';

const HELP = `Usage: aidet forensics PATH... [OPTIONS]

Measures error level, noise, spectrum and JPEG history of images, and says what is unusual in them.

  --json             one JSON object a line: path, and the object of POST /v1/forensics
  --maps DIR         write the maps, and side by side NAME.maps.png, into a folder
  --report FILE|DIR  write the printable report; a folder where there are several images
  --ela-quality Q    quality of the error level's round trip, 50..99 (90)
  --map-max-px N     long side of the maps, 256..4096 (1024)
  --overlay          draw the maps of error level and noise over the dimmed picture
  --files-from LIST  take paths from a file, one a line; - is standard input

Exit code: 0 all images measured, 1 some failed, 2 wrong use.`;

const OPTIONS = {
  json: { type: 'boolean' },
  maps: { type: 'string' },
  report: { type: 'string' },
  'ela-quality': { type: 'string' },
  'map-max-px': { type: 'string' },
  overlay: { type: 'boolean' },
  'files-from': { type: 'string', multiple: true },
} as const;

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, positionals, resolved } = parseArguments(argv, OPTIONS, io);
  if (values['help']) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const files = await listInputs(positionals, (values['files-from'] as string[] | undefined) ?? [], io);
  if (files.length === 0) throw new UsageError('no images: name files, folders or --files-from LIST');
  const maps = values['maps'] as string | undefined;
  const report = values['report'] as string | undefined;
  if (report?.endsWith('.html') && files.length > 1)
    throw new UsageError(`--report ${report}: there are ${files.length} images; name a folder`);
  const options = {
    elaQuality: wholeNumber(
      '--ela-quality',
      values['ela-quality'],
      50,
      99,
      DEFAULT_FORENSICS_OPTIONS.elaQuality,
    ),
    mapMaxPx: wholeNumber(
      '--map-max-px',
      values['map-max-px'],
      256,
      4096,
      DEFAULT_FORENSICS_OPTIONS.mapMaxPx,
    ),
    overlay: values['overlay'] === true,
    maps: maps !== undefined,
    report: report !== undefined,
    sheet: maps !== undefined,
  };
  const detector = await createDetector(resolved.settings);
  try {
    let failed = 0;
    for (const file of files) {
      try {
        const result = await examine(file, detector.pipeline, options, resolved.settings);
        if (maps !== undefined) await writeMaps(result, file, maps);
        if (report !== undefined && result.report !== null) {
          await writeInto(
            report.endsWith('.html') ? report : join(report, `${file.name}.html`),
            result.report,
          );
        }
        if (values['json']) printLine(io.stdout, JSON.stringify(toJson(file, result)));
        else printResult(file, result, io);
      } catch (error) {
        failed++;
        const { code, message } = known(error);
        if (values['json'])
          printLine(io.stdout, JSON.stringify({ path: file.path, error: { code, message } }));
        else printLine(io.stderr, `${file.path}: ${message}`);
      }
    }
    return failed === 0 ? EXIT.ok : EXIT.someFailed;
  } finally {
    await detector.close();
  }
}

async function examine(
  file: InputFile,
  pipeline: Pipeline,
  options: Parameters<Pipeline['forensics']>[1],
  { image_bytes_max, deadline_ms }: { image_bytes_max: number; deadline_ms: number },
): Promise<Forensics> {
  const bytes = await readImage(file.path, image_bytes_max);
  return pipeline.forensics({ bytes }, options, {
    signal: new AbortController().signal,
    priority: 'interactive',
    timeoutMs: deadline_ms,
  });
}

function wholeNumber(flag: string, given: unknown, min: number, max: number, otherwise: number): number {
  if (given === undefined) return otherwise;
  const value = Number(given);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new UsageError(`${flag} must be a whole number from ${min} to ${max}, got '${given}'`);
  return value;
}

async function writeMaps({ pictures, sheet }: Forensics, { name }: InputFile, folder: string): Promise<void> {
  const maps = { ...pictures, maps: sheet };
  for (const [kind, picture] of Object.entries(maps)) {
    if (picture !== null) await writeInto(join(folder, `${name}.${kind}.png`), picture);
  }
}

async function writeInto(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

function toJson(file: InputFile, result: Forensics): Record<string, unknown> {
  const nowhere = { ela_url: null, spectrum_url: null, noise_url: null, report_url: null };
  return { path: file.path, ...presentForensics(result, nowhere) };
}

function printResult({ path }: InputFile, result: Forensics, io: Io): void {
  printLine(io.stdout, `${result.manipulationScore.toFixed(2).padStart(4)}  ${path}`);
  for (const { severity, message, region } of result.findings) {
    const where = region ? ` [${region.x},${region.y} ${region.width}x${region.height}]` : '';
    printLine(io.stdout, `      ${severity.padEnd(6)} ${message}${where}`);
  }
  for (const { severity, source, message } of result.metadataFindings) {
    printLine(io.stdout, `      ${severity.padEnd(6)} ${source}: ${message}`);
  }
}

function known(error: unknown): AidetError {
  return error instanceof AidetError
    ? error
    : new AidetError('internal_error', (error as Error).message, { cause: error });
}
