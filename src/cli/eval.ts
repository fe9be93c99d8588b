import { availableParallelism } from 'node:os';
import { DEFAULT_DETECT_OPTIONS } from '../domain/types.js';
import { CONDITIONS, type Condition, under } from '../imaging/conditions.js';
import { decode } from '../imaging/decode.js';
import { probe } from '../imaging/probe.js';
import { createDetector, type Detector } from '../main.js';
import { parseArguments } from './arguments.js';
import { type LabelledImage, readIndex } from './eval-index.js';
import { type Answer, printSplit, report, type SplitReport } from './eval-report.js';
import { readImage } from './image-file.js';
import { EXIT, type Io, printLine, UsageError } from './io.js';
import { Progress } from './progress.js';

const HELP = `Usage: aidet eval --data DIR [OPTIONS]

Judges labelled images through the road that a customer's images walk, and prints how often it is right. DIR holds
index.tsv (columns file, label: ai or real, repo; if there: split, family, width, height, sha256), or name the table.

  --data DIR|FILE        labelled images
  --split NAMES          only these splits, comma-separated (default: all)
  --conditions NAMES     ${CONDITIONS.join(', ')}
                         (default: whole,native,matched)
  --json                 everything as one JSON object, with counts of each generator and source under each condition

What the network measures is judged: Content Credentials and metadata are left out. Intervals are 95 %, by source.
Exit code: 0 all images judged, 1 some failed, 2 wrong use.`;

const OPTIONS = {
  data: { type: 'string' },
  split: { type: 'string' },
  conditions: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, resolved } = parseArguments(argv, OPTIONS, io);
  if (values['help']) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const data = values['data'];
  if (typeof data !== 'string') throw new UsageError('name a labelled folder with --data');
  const conditions = parseConditions((values['conditions'] as string | undefined) ?? 'whole,native,matched');
  const images = ofSplits(await readIndex(data), values['split'] as string | undefined);
  const detector = await createDetector(resolved.settings);
  try {
    const { answers, failed } = await judgeAll(images, conditions, detector, resolved.settings, io);
    const { threshold, generators, id, version } = detector.active.manifest;
    const known = new Set(generators.map((g) => g.family).filter((family) => family !== 'other'));
    const splits: Record<string, SplitReport> = {};
    for (const split of new Set(images.map((image) => image.split))) {
      const judged = images.filter((image) => image.split === split && answers.has(image));
      if (judged.length > 0) splits[split] = report(judged, answers, conditions, threshold, known);
    }
    if (values['json']) {
      const model = { id, version, threshold };
      printLine(io.stdout, JSON.stringify({ model, images: images.length, failed, splits }));
    } else {
      printLine(
        io.stdout,
        `${id} ${version}, threshold ${threshold}: ${images.length} images, ${failed} failed`,
      );
      for (const [split, found] of Object.entries(splits)) printSplit(split, found, io);
    }
    return failed === 0 ? EXIT.ok : EXIT.someFailed;
  } finally {
    await detector.close();
  }
}

function parseConditions(text: string): Condition[] {
  return text.split(',').map((name) => {
    const known = CONDITIONS.find((condition) => condition === name.trim());
    if (known === undefined)
      throw new UsageError(`no condition '${name}'; there are ${CONDITIONS.join(', ')}`);
    return known;
  });
}

function ofSplits(images: LabelledImage[], names: string | undefined): LabelledImage[] {
  const wanted = names?.split(',').map((name) => name.trim());
  const chosen = wanted ? images.filter((image) => wanted.includes(image.split)) : images;
  if (chosen.length === 0)
    throw new UsageError(names ? `no image is of the split ${names}` : 'the table has no rows');
  return chosen;
}

/** As many images at once as keep the workers busy; an image that can not be judged is named and left out. */
async function judgeAll(
  images: LabelledImage[],
  conditions: Condition[],
  detector: Detector,
  settings: { image_bytes_max: number; image_pixels_max: number; deadline_ms: number },
  io: Io,
): Promise<{ answers: Map<LabelledImage, Answer[]>; failed: number }> {
  const answers = new Map<LabelledImage, Answer[]>();
  const progress = new Progress(images.length, io);
  const waiting = images.values();
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (const image of waiting) {
      try {
        answers.set(image, await judge(image, conditions, detector, settings));
        progress.step(true);
      } catch (error) {
        failed++;
        progress.clear();
        printLine(io.stderr, `${image.path}: ${(error as Error).message}`);
        progress.step(false);
      }
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(detector.concurrency, availableParallelism() * 2) }, worker),
  );
  progress.clear();
  return { answers, failed };
}

async function judge(
  image: LabelledImage,
  conditions: Condition[],
  detector: Detector,
  settings: { image_bytes_max: number; image_pixels_max: number; deadline_ms: number },
): Promise<Answer[]> {
  const file = await readImage(image.path, settings.image_bytes_max);
  const header = probe(file);
  const picture = conditions.some((condition) => condition !== 'whole')
    ? await decode(file, header, { imagePixelsMax: settings.image_pixels_max })
    : undefined;
  const original = {
    width: image.width || header.width,
    height: image.height || header.height,
    seed: image.seed,
  };
  const answers: Answer[] = [];
  for (const condition of conditions) {
    const bytes =
      picture === undefined || condition === 'whole'
        ? file.slice()
        : await under(condition, picture, original);
    const { modelProbability, attribution, stability } = await detector.pipeline.detect(
      { bytes: new Uint8Array(bytes) },
      // Threshold 0: attribution is given to whatever is called generated, and all of it is wanted here.
      { ...DEFAULT_DETECT_OPTIONS, includeAttribution: true, modelThreshold: 0 },
      { signal: new AbortController().signal, priority: 'batch', timeoutMs: settings.deadline_ms },
    );
    const families = familiesOf(attribution ?? {}, detector);
    answers.push({ probability: modelProbability, families, looks: stability });
  }
  return answers;
}

function familiesOf(attribution: Record<string, number>, detector: Detector): string[] {
  const family = new Map(detector.active.manifest.generators.map((g) => [g.id, g.family]));
  return Object.keys(attribution)
    .filter((id) => id !== 'other')
    .map((id) => family.get(id) ?? id);
}
