/**
 * The worker's entry: bytes in, measurement out. Pixels live and die here and in native memory below; they never
 * reach the main thread. No keys, no database, no HTTP.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { generatorDistribution } from '../domain/attribution.js';
import { calibrate, mean } from '../domain/calibration.js';
import { AidetError, toPlainError } from '../domain/errors.js';
import { heatmapGrid } from '../domain/heatmap.js';
import { assessReliability } from '../domain/reliability.js';
import { planTiles, tileOrigins } from '../domain/tiles.js';
import type { Evidence, ForensicsOptions, ImageInfo, Measurement, RgbImage } from '../domain/types.js';
import { analyse } from '../forensics/analyse.js';
import { openKernels } from '../forensics/kernels.js';
import type { Forensics } from '../forensics/types.js';
import { decode } from '../imaging/decode.js';
import { renderHeatmap } from '../imaging/heatmap.js';
import { checkLimits, probe } from '../imaging/probe.js';
import { openRuntime } from '../inference/runtime.js';
import { readEvidence } from '../provenance/evidence.js';
import { DecodeBudget } from './decode-budget.js';
import { type FirstLook, secondLooks } from './second-looks.js';
import type { Measured, MeasureOutcome, MeasureTask, WorkerSettings } from './task.js';

if (isMainThread) throw new Error('pipeline/worker is the entry of a worker thread');

const settings = workerData as WorkerSettings;
const runtime = await openRuntime(settings.runtime);
const kernels = openKernels(settings.forensicsTarget);
const decoded = new DecodeBudget(settings.decoded.shared, settings.decoded.bytesMax);
const packages = new Map(settings.runtime.models.map((p) => [p.manifest.id, p.manifest]));

/** Decoder, orientation and file together hold about two copies of the pixels at the peak. */
const DECODED_COPIES = 2;

export default async function measure(task: MeasureTask): Promise<MeasureOutcome> {
  try {
    return await walk(task);
  } catch (error) {
    return { error: toPlainError(error) };
  }
}

async function walk(task: MeasureTask): Promise<Measured> {
  const started = performance.now();
  const header = probe(task.bytes);
  checkLimits(header, task.bytes.byteLength, settings.limits);
  const pixelBytes = header.width * header.height * 3 * DECODED_COPIES;
  if (!(await decoded.take(pixelBytes, () => isCancelled(task)))) throw gaveUp();
  try {
    const admitted = performance.now();
    const image = await decode(task.bytes, header, settings.limits);
    if (isCancelled(task)) throw gaveUp();
    const decodedAt = performance.now();
    const { rgb: _, ...size } = image;
    const info = {
      sha256: task.sha256,
      format: header.format,
      ...size,
      bytes: task.bytes.byteLength,
      pages: header.pages,
    };
    // Network and kernels run on native threads; what the file says is read beside them.
    const evidence = readEvidence(task.bytes, image);
    const [measurement, forensics] = await Promise.all([
      task.detect && detect(task, task.detect, image, info, started),
      task.forensics && examine(task, task.forensics, image, info, header.orientation, evidence),
      evidence,
    ]);
    if (measurement !== null) {
      measurement.evidence = await evidence;
      measurement.times.queueMs = admitted - started;
      measurement.times.decodeMs = decodedAt - admitted;
    }
    return { measurement, forensics };
  } finally {
    decoded.giveBack(pixelBytes);
  }
}

async function detect(
  task: MeasureTask,
  asked: { model: string; includeHeatmap: boolean },
  image: RgbImage,
  info: ImageInfo,
  started: number,
): Promise<Measurement> {
  const begun = performance.now();
  const { result, first } = await look(task, asked, image, info.pages);
  const inferredAt = performance.now();
  const timeLeftMs = task.timeoutMs - (inferredAt - started);
  // Further inference runs on native threads while the picture is drawn here.
  const [seconds, heatmapPng] = await Promise.all([
    secondLooks(runtime, first, settings.secondLooks, task, timeLeftMs),
    result.grid && renderHeatmap(image, result.grid),
  ]);
  return {
    image: info,
    ...result,
    heatmapPng,
    secondLooks: seconds,
    evidence: [],
    times: {
      queueMs: 0,
      decodeMs: 0,
      inferMs: inferredAt - begun,
      renderMs: performance.now() - inferredAt,
    },
  };
}

async function examine(
  { bytes: file, cancel }: MeasureTask,
  options: ForensicsOptions,
  image: RgbImage,
  info: ImageInfo,
  orientation: number,
  evidence: Promise<Evidence[]>,
): Promise<Forensics> {
  try {
    return await analyse(kernels, { image, file, info, orientation, evidence, options, cancel });
  } catch (error) {
    throw Atomics.load(cancel, 0) !== 0 ? gaveUp() : error;
  }
}

type Look = Pick<
  Measurement,
  'model' | 'defaultThreshold' | 'modelProbability' | 'generators' | 'grid' | 'reservations'
>;

async function look(
  task: MeasureTask,
  asked: { model: string; includeHeatmap: boolean },
  image: RgbImage,
  pages: number,
): Promise<{ result: Look; first: FirstLook }> {
  const { rgb, width, height } = image;
  const manifest = packages.get(asked.model);
  if (manifest === undefined)
    throw new AidetError('not_found', `No model ${asked.model}`, { param: 'model' });
  const { tile } = manifest.input;
  const plan = planTiles(width, height, {
    tile,
    stride: manifest.tile_plan.stride,
    maxTiles: manifest.tile_plan.max_tiles,
  });
  const output = await runtime.infer(asked.model, {
    rgb,
    width,
    height,
    tiles: tileOrigins(plan),
    priority: task.priority,
    timeoutMs: task.timeoutMs,
    cancel: task.cancel,
  });
  const patches = { logits: output.patchLogits, rows: output.patchRows, cols: output.patchCols };
  const result = {
    model: { id: manifest.id, version: manifest.version },
    defaultThreshold: manifest.threshold,
    modelProbability: calibrate(mean(output.tileLogits), manifest.calibration),
    generators: generatorDistribution(
      output.generatorLogits,
      manifest.generators.map((g) => g.id),
    ),
    grid: asked.includeHeatmap ? heatmapGrid(width, height, plan, patches, manifest.calibration) : null,
    reservations: assessReliability({ width, height, pages, tile, coverage: plan.coverage }),
  };
  return { result, first: { image, manifest, plan, tileLogits: output.tileLogits } };
}

function isCancelled(task: MeasureTask): boolean {
  return Atomics.load(task.cancel, 0) !== 0;
}

/** Nobody waits for this answer any more: the main thread has already given its own. */
function gaveUp(): AidetError {
  return new AidetError('service_unavailable', 'The request was given up', { retryAfterS: 1 });
}
