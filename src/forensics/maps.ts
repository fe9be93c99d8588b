/** Pictures of what was measured; figures never come from them. */
import type { ForensicsOptions, RgbImage } from '../domain/types.js';
import { perceptualMap } from '../imaging/colour-map.js';
import { renderContactSheet } from '../imaging/contact-sheet.js';
import { type MapPictureOptions, renderMap } from '../imaging/map-picture.js';
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

/** @param overlay whether the image lies under the maps that have its places */
export function drawPictures(
  m: Measurements,
  image: RgbImage,
  { mapMaxPx, overlay }: Pick<ForensicsOptions, 'mapMaxPx' | 'overlay'>,
): ForensicPictures {
  const over = overlay ? { over: image } : {};
  return {
    ela: drawEla(m, mapMaxPx, over),
    spectrum: m.power.length === 0 ? null : drawSpectrum(m.power),
    noise: drawNoise(m, image, mapMaxPx, over),
  };
}

type Under = Pick<MapPictureOptions, 'over'>;

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
function drawEla({ elaMap, mapWidth, mapHeight }: Measurements, mapMaxPx: number, over: Under): Uint8Array {
  const top = Math.max(ELA_TOP_MIN, Math.ceil(topOf(elaMap, 0.995) / 16));
  return renderMap(elaMap, mapWidth, mapHeight, {
    ...over,
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
  for (let i = 0; i < values.length; i += 7) {
    const value = values[i] as number;
    counts[value] = (counts[value] as number) + 1;
  }
  let left = Math.ceil(values.length / 7) * (1 - share);
  for (let value = counts.length - 1; value > 0; value--) {
    left -= counts[value] as number;
    if (left < 0) return value;
  }
  return 0;
}

/** Octaves of the residual's deviation in each block of 16 x 16 pixels, from the 2nd to the 98th percentile. */
function drawNoise(m: Measurements, image: RgbImage, mapMaxPx: number, over: Under): Uint8Array {
  const cols = Math.ceil(image.width / BLOCK_PX);
  const octaves = (v: number): number => Math.log2(v + NOISE_FLOOR);
  const low = octaves(quantile(m.noiseDeviation, 0.02));
  const high = Math.max(low + 1, octaves(quantile(m.noiseDeviation, 0.98)));
  const blocks = new Uint8ClampedArray(m.noiseDeviation.length);
  for (let i = 0; i < blocks.length; i++)
    blocks[i] = Math.floor((255 * (octaves(m.noiseDeviation[i] as number) - low)) / (high - low));
  const level = (v: number): string => Math.max(0, 2 ** v - NOISE_FLOOR).toFixed(1);
  return renderMap(new Uint8Array(blocks.buffer), cols, blocks.length / cols, {
    ...over,
    palette: perceptualMap(),
    longSidePx: mapMaxPx,
    levels: LEVELS,
    squares: { px: BLOCK_PX, imageWidth: image.width, imageHeight: image.height },
    legend: { caption: 'noise level', low: level(low), high: level(high) },
  });
}

/** Decades of power, zero frequency in the middle, from the 1st to the 99.9th percentile. */
function drawSpectrum(power: Float32Array): Uint8Array {
  const decades = new Float32Array(power.length);
  for (let i = 0; i < decades.length; i++) decades[i] = Math.log((power[i] as number) + 1e-3) * Math.LOG10E;
  // Every fifth value, which falls on all columns in turn: the scale of a picture needs no more.
  const sample = new Float32Array(Math.floor(decades.length / 5));
  for (let i = 0; i < sample.length; i++) sample[i] = decades[5 * i] as number;
  const low = quantile(sample, 0.01);
  const high = Math.max(low + 0.5, quantile(sample, 0.999));
  const map = new Uint8ClampedArray(power.length);
  const [factor, half] = [255 / (high - low), SPECTRUM_PX / 2];
  for (let i = 0; i < map.length; i++) {
    // Half a period on along both axes; 256 is a power of two.
    const place = (((i >> 8) ^ half) << 8) | ((i & 255) ^ half);
    map[place] = Math.floor(factor * ((decades[i] as number) - low));
  }
  return renderMap(new Uint8Array(map.buffer), SPECTRUM_PX, SPECTRUM_PX, {
    palette: perceptualMap(),
    longSidePx: SPECTRUM_PX,
    levels: LEVELS,
    legend: { caption: 'power in decades', low: low.toFixed(1), high: high.toFixed(1) },
  });
}
