import type { RgbImage } from '../domain/types.js';
import { MersenneTwister } from './mersenne-twister.js';
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

/** Of a picture: resized by a factor, then saved. */
export interface Fate {
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

/** One distribution for both classes: what is drawn depends on the seed alone. Draw for draw as `matched_plan` in degrade.py. */
export function drawnFate(seed: number): Fate {
  const draw = new MersenneTwister(seed);
  const factor = draw.random() < 0.6 ? draw.choice(MATCHED_FACTORS) : 1;
  const kernel = factor === 1 ? 'cubic' : draw.choice(KERNELS);
  const u = draw.random();
  if (u < 0.75) {
    const quality = draw.randint(45, 97);
    return { factor, kernel, codec: 'jpeg', quality, chroma: draw.choice(['4:4:4', '4:2:0'] as const) };
  }
  if (u < 0.9) return { factor, kernel, codec: 'webp', quality: draw.randint(50, 95), chroma: '4:2:0' };
  return { factor, kernel, codec: 'png', quality: 100, chroma: '4:4:4' };
}
