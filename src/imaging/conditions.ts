import type { RgbImage } from '../domain/types.js';
import { sharp } from './sharp.js';

/**
 * What may have happened to a picture before it is judged: the named conditions of the evaluation. All but `whole`
 * start from the centre square, so that the stored size tells nothing. models/training/detector/degrade.py has the
 * same list with Pillow's kernels and encoder; lossy and resized pixels differ between the two by little.
 */
export const CONDITIONS = [
  'whole',
  'native',
  'jpeg90',
  'jpeg75',
  'webp80',
  'half',
  'double',
  'web',
  'hard',
  'social',
  'screenshot',
  'matched',
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Side of the centre square in pixels. */
const SIDE = 256;

export interface Original {
  /** Pixels of the whole original, of which the picture may be a crop: resizing goes by them. */
  width: number;
  height: number;
  /** Seeds the draws of `matched`, so that an original always meets the same fate. */
  seed: number;
}

interface Fate {
  factor: number;
  kernel: 'linear' | 'cubic' | 'lanczos3';
  codec: 'jpeg' | 'webp' | 'png';
  quality: number;
  chroma: '4:2:0' | '4:4:4';
}

const KERNELS = ['linear', 'cubic', 'lanczos3'] as const;
const MATCHED_FACTORS = [0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.25];

/** The picture under a condition, encoded as a file of its own. */
export async function under(condition: Condition, image: RgbImage, original: Original): Promise<Uint8Array> {
  const { factor, kernel, codec, quality, chroma } = fateOf(condition, original);
  const { rgb, width, height } = image;
  let pipeline = sharp(rgb, { raw: { width, height, channels: 3 } });
  let [w, h] = [width, height];
  if (condition !== 'whole') {
    [w, h] = [Math.min(width, SIDE), Math.min(height, SIDE)];
    const [left, top] = [(width - w) >> 1, (height - h) >> 1];
    pipeline = pipeline.extract({ left, top, width: w, height: h });
  }
  if (factor !== 1) {
    const side = (pixels: number): number => Math.max(8, Math.round(pixels * factor));
    pipeline = pipeline.resize(side(w), side(h), { fit: 'fill', kernel });
  }
  if (codec === 'jpeg') return pipeline.jpeg({ quality, chromaSubsampling: chroma }).toBuffer();
  if (codec === 'webp') return pipeline.webp({ quality, effort: 1 }).toBuffer();
  return pipeline.png({ compressionLevel: 1 }).toBuffer();
}

function fateOf(condition: Condition, original: Original): Fate {
  const longSide = Math.max(original.width, original.height, 1);
  const lossless: Fate = { factor: 1, kernel: 'cubic', codec: 'png', quality: 100, chroma: '4:4:4' };
  const jpeg = (quality: number): Fate => ({ ...lossless, codec: 'jpeg', quality, chroma: '4:2:0' });
  /** As the whole original would be to fit a long side. */
  const fitting = (side: number, fate: Fate): Fate => ({
    ...fate,
    factor: Math.min(1, side / longSide),
    kernel: 'lanczos3',
  });
  switch (condition) {
    case 'whole':
    case 'native':
      return lossless;
    case 'jpeg90':
      return jpeg(90);
    case 'jpeg75':
      return jpeg(75);
    case 'webp80':
      return { ...lossless, codec: 'webp', quality: 80 };
    case 'half':
      return { ...lossless, factor: 0.5 };
    case 'double':
      return { ...lossless, factor: 2 };
    case 'web':
      return fitting(768, jpeg(60));
    case 'hard':
      return fitting(512, jpeg(40));
    case 'social':
      return fitting(1080, jpeg(80));
    case 'screenshot':
      // Shown on a screen 900 pixels high, grabbed without loss, shared as JPEG.
      return {
        factor: Math.min(1, 900 / Math.max(original.height, 1)),
        kernel: 'linear',
        codec: 'jpeg',
        quality: 92,
        chroma: '4:4:4',
      };
    case 'matched':
      return drawnFate(original.seed);
  }
}

/** One distribution for both classes: what is drawn depends on the seed alone. */
function drawnFate(seed: number): Fate {
  const random = uniforms(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const factor = random() < 0.6 ? pick(MATCHED_FACTORS) : 1;
  const kernel = pick(KERNELS);
  const u = random();
  if (u < 0.75)
    return { factor, kernel, codec: 'jpeg', quality: between(45, 97), chroma: pick(['4:4:4', '4:2:0']) };
  if (u < 0.9) return { factor, kernel, codec: 'webp', quality: between(50, 95), chroma: '4:2:0' };
  return { factor, kernel, codec: 'png', quality: 100, chroma: '4:4:4' };
}

/** Mulberry32: 0..1 from a 32-bit state; good enough to draw fates, the same everywhere. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}
