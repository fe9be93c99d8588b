/** The room's road: measure, make statistics, make findings, draw. */
import type { Evidence, ForensicsOptions, ImageInfo, RgbImage } from '../domain/types.js';
import { renderPreview } from '../imaging/preview.js';
import { findingsOf, manipulationScore } from './findings.js';
import { frequencyStatistics } from './frequency.js';
import { CURVE_QUALITIES, GHOST_QUALITIES, jpegStatistics } from './jpeg-history.js';
import type { Kernels } from './kernels.js';
import { analyseLocally } from './local-analysis.js';
import { drawPictures, drawSheet } from './maps.js';
import { evidenceFindings, metadataFindings } from './metadata-findings.js';
import { writeReport } from './report.js';
import { resamplingTrace } from './resampling.js';
import { elaStatistics, noiseStatistics } from './statistics.js';
import type { Forensics } from './types.js';

export interface ForensicsInput {
  image: RgbImage;
  /** The file's bytes. */
  file: Uint8Array;
  info: ImageInfo;
  /** EXIF orientation that `image` was turned by, 1..8. */
  orientation: number;
  /** What the file says of its origin; read beside the kernels. */
  evidence: Promise<Evidence[]>;
  options: ForensicsOptions;
  /** Given up once element 0 is not 0. */
  cancel: Int32Array | null;
}

/** Rejects with AidetError `internal_error`, or with an AbortError where `cancel` was set. */
export async function analyse(kernels: Kernels, input: ForensicsInput): Promise<Forensics> {
  const { image, file, info, options, cancel } = input;
  const { width, height } = image;
  const draws = options.maps || options.report || options.sheet;
  const m = await kernels.measure({
    ...image,
    file: info.format === 'jpeg' ? file : null,
    ...fileGrid(input.orientation, width, height),
    elaQuality: options.elaQuality,
    qualities: GHOST_QUALITIES,
    curveQualities: CURVE_QUALITIES,
    mapSide: draws ? options.mapMaxPx : 0,
    target: kernels.target,
    cancel,
  });
  const local = analyseLocally(m, width, height);
  const frequency = frequencyStatistics(m);
  const resampling = { x: resamplingTrace(m.columnDifferences), y: resamplingTrace(m.rowDifferences) };
  const jpeg = jpegStatistics(m);
  const extent = { width, height, ghostX: m.ghostX, ghostY: m.ghostY };
  const findings = findingsOf({ frequency, resampling, jpeg }, local, extent);
  const pictures = draws ? drawPictures(m, image, options) : null;
  const result: Forensics = {
    ela: elaStatistics(m, local, options.elaQuality, width * height),
    frequency,
    resampling,
    noise: noiseStatistics(m, local, width * height),
    jpeg,
    metadataFindings: [...metadataFindings(m.jpeg), ...evidenceFindings(await input.evidence)],
    findings,
    manipulationScore: manipulationScore(findings),
    target: m.target,
    image: info,
    options,
    version: kernels.version,
    pictures,
    report: null,
    sheet: null,
  };
  if (pictures === null || !(options.report || options.sheet)) return result;
  const preview = await renderPreview(image, PREVIEW_PX);
  return {
    ...result,
    report: options.report ? writeReport(result, preview) : null,
    sheet: options.sheet ? await drawSheet(pictures, preview) : null,
  };
}

const PREVIEW_PX = 1024;

/** Where the file's 8 x 8 grid lies after the picture was set upright: a turned axis counts from its other end. */
export function fileGrid(
  orientation: number,
  width: number,
  height: number,
): { fileGridX: number; fileGridY: number } {
  return {
    fileGridX: [2, 3, 6, 7].includes(orientation) ? width % 8 : 0,
    fileGridY: [3, 4, 7, 8].includes(orientation) ? height % 8 : 0,
  };
}
