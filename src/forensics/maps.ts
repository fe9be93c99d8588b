/** Pictures of what was measured; figures never come from them. */
import { perceptualMap } from '../imaging/colour-map.js';
import { renderContactSheet } from '../imaging/contact-sheet.js';
import { renderMap } from '../imaging/map-picture.js';
import type { Measurements } from './kernels.js';
import { quantile } from './order-statistics.js';
import { BLOCK_PX } from './regions.js';
import type { ForensicPictures } from './types.js';

const LEVELS = 32;
const SPECTRUM_PX = 256;
/** The error level shown as the map's end, at least; below it a picture of quantisation noise would look dramatic. */
const ELA_TOP_MIN = 8;
/** Sixteenths of a level. */
const ELA_VALUES = 16 * 256;
const NOISE_FLOOR = 0.1;

export function drawPictures(
  m: Measurements,
  image: { width: number; height: number },
  mapMaxPx: number,
): ForensicPictures {
  return {
    ela: drawEla(m, mapMaxPx),
    spectrum: m.power.length === 0 ? null : drawSpectrum(m.power),
    noise: drawNoise(m, image, mapMaxPx),
  };
}

/** @param preview the picture as a JPEG */
export function drawSheet(pictures: ForensicPictures, preview: Uint8Array): Promise<Uint8Array> {
  return renderContactSheet([
    { title: 'Image', picture: preview },
    { title: 'Error level', picture: pictures.ela },
    { title: 'Noise', picture: pictures.noise },
    ...(pictures.spectrum === null ? [] : [{ title: 'Spectrum', picture: pictures.spectrum }]),
  ]);
}

/** The largest channel's difference, mean over a pixel of the map; the scale ends at its 99.5th percentile. */
function drawEla({ elaMap, mapWidth, mapHeight }: Measurements, mapMaxPx: number): Uint8Array {
  const top = Math.max(ELA_TOP_MIN, Math.ceil(topOf(elaMap, 0.995) / 16));
  return renderMap(elaMap, mapWidth, mapHeight, {
    palette: perceptualMap(),
    longSidePx: mapMaxPx,
    levels: LEVELS,
    scale: Uint8Array.from({ length: ELA_VALUES }, (_, v) => Math.min(255, (255 * v) / (16 * top))),
    legend: { caption: 'error level', low: '0', high: `${top}` },
  });
}

/** Quantile by counting, of every seventh value: the scale of a picture needs no more. */
function topOf(values: Uint16Array, share: number): number {
  const counts = new Uint32Array(ELA_VALUES);
  let left = 0;
  for (let i = 0; i < values.length; i += 7, left++) {
    const value = values[i] as number;
    counts[value] = (counts[value] as number) + 1;
  }
  left *= 1 - share;
  for (let value = counts.length - 1; value > 0; value--) {
    left -= counts[value] as number;
    if (left < 0) return value;
  }
  return 0;
}

/** Octaves of the residual's deviation in each block of 16 x 16 pixels, from the 2nd to the 98th percentile. */
function drawNoise(m: Measurements, image: { width: number; height: number }, mapMaxPx: number): Uint8Array {
  const cols = Math.ceil(image.width / BLOCK_PX);
  const octaves = m.noiseDeviation.map((v) => Math.log2(v + NOISE_FLOOR));
  const low = quantile(octaves, 0.02);
  const high = Math.max(low + 1, quantile(octaves, 0.98));
  const blocks = Uint8Array.from(octaves, (v) =>
    Math.max(0, Math.min(255, (255 * (v - low)) / (high - low))),
  );
  const scale = Math.min(1, mapMaxPx / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor(Math.floor(x / scale) / BLOCK_PX));
  const map = new Uint8Array(width * height);
  let drawn = -1;
  for (let y = 0; y < height; y++) {
    const row = Math.floor(Math.floor(y / scale) / BLOCK_PX);
    if (row === drawn) {
      map.copyWithin(y * width, (y - 1) * width, y * width);
      continue;
    }
    drawn = row;
    for (let x = 0; x < width; x++)
      map[y * width + x] = blocks[row * cols + (columns[x] as number)] as number;
  }
  const level = (v: number): string => Math.max(0, 2 ** v - NOISE_FLOOR).toFixed(1);
  return renderMap(map, width, height, {
    palette: perceptualMap(),
    longSidePx: mapMaxPx,
    levels: LEVELS,
    legend: { caption: 'noise level', low: level(low), high: level(high) },
  });
}

/** Decades of power, zero frequency in the middle, from the 1st to the 99.9th percentile. */
function drawSpectrum(power: Float32Array): Uint8Array {
  const decades = power.map((v) => Math.log10(v + 1e-3));
  // Every fifth value, which falls on all columns in turn: the scale of a picture needs no more.
  const sample = Float32Array.from(
    { length: Math.floor(decades.length / 5) },
    (_, i) => decades[5 * i] as number,
  );
  const low = quantile(sample, 0.01);
  const high = Math.max(low + 0.5, quantile(sample, 0.999));
  const map = new Uint8Array(power.length);
  for (let i = 0; i < map.length; i++) {
    const x = (i + SPECTRUM_PX / 2) % SPECTRUM_PX;
    const y = (Math.floor(i / SPECTRUM_PX) + SPECTRUM_PX / 2) % SPECTRUM_PX;
    map[y * SPECTRUM_PX + x] = Math.max(
      0,
      Math.min(255, (255 * ((decades[i] as number) - low)) / (high - low)),
    );
  }
  return renderMap(map, SPECTRUM_PX, SPECTRUM_PX, {
    palette: perceptualMap(),
    longSidePx: SPECTRUM_PX,
    levels: LEVELS,
    legend: { caption: 'power in decades', low: low.toFixed(1), high: high.toFixed(1) },
  });
}
