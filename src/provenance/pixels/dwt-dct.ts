import type { RgbImage } from '../../domain/types.js';

/**
 * The open "DWT-DCT" watermark of the invisible-watermark library, as the reference code of Stable Diffusion, SDXL
 * and FLUX embeds it. In the blue-difference channel (U), the low-low band of one Haar step is cut into blocks of
 * 4 x 4 coefficients; in each the largest but the first is moved so that its remainder by 36 lies at 9 for a zero
 * and at 27 for a one. The bits repeat over the blocks, row by row. (The library's name promises a DCT; its
 * `dwtDct` method applies none.) Source: ShieldMnt/invisible-watermark, imwatermark/maxDct.py.
 */
export interface Mark {
  trace: string;
  /** Family in `api/generators.json`. */
  generator: string;
  tool: string;
  bits: readonly number[];
}

const bitsOf = (binary: string): number[] => [...binary].map(Number);
const bitsOfText = (text: string): number[] =>
  bitsOf([...text].map((char) => char.charCodeAt(0).toString(2).padStart(8, '0')).join(''));

/** Sources of the messages: docs/provenance.md. */
export const MARKS: readonly Mark[] = [
  {
    trace: 'watermark_sdxl',
    generator: 'sdxl',
    tool: 'the SDXL pipelines',
    bits: bitsOf('101100111110110010010000011110111011000110011110'),
  },
  {
    trace: 'watermark_flux',
    generator: 'flux',
    tool: 'the reference code of FLUX',
    bits: bitsOf('001010101111111010000111100111001111010100101110'),
  },
  {
    trace: 'watermark_sd_1',
    generator: 'sd_1',
    tool: 'the reference code of Stable Diffusion 1',
    bits: bitsOfText('StableDiffusionV1'),
  },
  {
    trace: 'watermark_sd_2',
    generator: 'sd_2',
    tool: 'the reference code of Stable Diffusion 2',
    bits: bitsOfText('SDV2'),
  },
];

/** Pixels a block covers on each side: 4 coefficients of 2 pixels. */
const BLOCK_PX = 8;
const STEP = 36;
/** The library refuses to embed in less. */
const PIXELS_MIN = 256 * 256;

/** A score that chance reaches less than once in a million images, all marks together; see docs/provenance.md. */
export const Z_MIN = 5.3;
/** A first look at some rows of blocks, and the score that is worth a longer one: 4 megapixels tell all there is. */
const FIRST_LOOK_BLOCKS = 3072;
const FIRST_LOOK_Z = 2;
const BLOCKS_MAX = 65_536;

/** U as `a * R + b * G + c * B`. Source: OpenCV, RGB to YUV: U = 0.492 (B - Y) + 128. */
type Weights = readonly [number, number, number];
const U_OF_RGB: Weights = [-0.492 * 0.299, -0.492 * 0.587, 0.492 * (1 - 0.114)];
/** Some versions of diffusers gave the encoder RGB where it takes BGR. */
const U_OF_BGR: Weights = [U_OF_RGB[2], U_OF_RGB[1], U_OF_RGB[0]];

export interface Found {
  mark: Mark;
  /** Correlation with the message in standard deviations of chance. */
  z: number;
}

/** Votes of every nth row of blocks. */
interface Votes {
  /** Row-major: -1 for a clear zero to 1 for a clear one. */
  values: Float32Array;
  /** Blocks in a row. */
  cols: number;
  /** Rows of blocks from one that was read to the next. */
  stride: number;
}

/** The mark that the picture bears, or null. Time: about 1 ms where a first look finds nothing, some more else. */
export function findMark(image: RgbImage): Found | null {
  const { width, height } = image;
  if (width * height < PIXELS_MIN) return null;
  const blocks = Math.floor(width / BLOCK_PX) * Math.floor(height / BLOCK_PX);
  const strideTo = (blocksMax: number): number => Math.max(1, Math.floor(blocks / blocksMax));
  for (const weights of [U_OF_RGB, U_OF_BGR]) {
    const glance = best(readVotes(image, weights, strideTo(FIRST_LOOK_BLOCKS)));
    if (glance.z < FIRST_LOOK_Z) continue;
    const look = best(readVotes(image, weights, strideTo(BLOCKS_MAX)));
    if (look.z >= Z_MIN) return look;
  }
  return null;
}

function best(votes: Votes): Found {
  const scores = MARKS.map((mark) => ({ mark, z: score(votes, mark.bits) }));
  return scores.reduce((a, b) => (b.z > a.z ? b : a));
}

export function readVotes({ rgb, width, height }: RgbImage, weights: Weights, stride: number): Votes {
  const cols = Math.floor(width / BLOCK_PX);
  const rows = Math.floor(height / BLOCK_PX);
  const values = new Float32Array(Math.ceil(rows / stride) * cols);
  const [wr, wg, wb] = weights;
  const rowBytes = width * 3;
  let read = 0;
  for (let row = 0; row < rows; row += stride) {
    for (let col = 0; col < cols; col++) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let v = 0; v < 4; v++) {
        let at = (row * BLOCK_PX + 2 * v) * rowBytes + col * BLOCK_PX * 3;
        for (let u = 0; u < 4; u++, at += 6) {
          if (u === 0 && v === 0) continue;
          const coefficient =
            wr * quad(rgb, at, rowBytes) +
            wg * quad(rgb, at + 1, rowBytes) +
            wb * quad(rgb, at + 2, rowBytes);
          if (coefficient > largest) largest = coefficient;
        }
      }
      // The weights give four times U less 128; a Haar coefficient is half the sum of its four pixels.
      const coefficient = largest / 2 + 256;
      values[read++] = -Math.sin((2 * Math.PI * coefficient) / STEP);
    }
  }
  return { values, cols, stride };
}

/** Sum of one channel over a square of 2 x 2 pixels. */
function quad(rgb: Uint8Array, at: number, rowBytes: number): number {
  const below = at + rowBytes;
  return (rgb[at] as number) + (rgb[at + 3] as number) + (rgb[below] as number) + (rgb[below + 3] as number);
}

export function score(votes: Votes, bits: readonly number[]): number {
  return correlation(meanVotes(votes, bits.length), bits);
}

/** The mean vote of each bit of a message of `n` bits; 0 where no block was read. */
export function meanVotes({ values, cols, stride }: Votes, n: number): Float64Array {
  const sums = new Float64Array(n);
  const counts = new Float64Array(n);
  for (let first = 0, row = 0; first < values.length; first += cols, row += stride) {
    for (let col = 0, bit = (row * cols) % n; col < cols; col++, bit = bit + 1 === n ? 0 : bit + 1) {
      sums[bit] = (sums[bit] as number) + (values[first + col] as number);
      counts[bit] = (counts[bit] as number) + 1;
    }
  }
  return sums.map((sum, bit) => (counts[bit] === 0 ? 0 : sum / (counts[bit] as number)));
}

/**
 * Pearson's correlation between a message and the mean votes of its bits, times the root of the degrees of freedom:
 * in noise it is close to a standard normal, and at most that root.
 */
export function correlation(means: Float64Array, bits: readonly number[]): number {
  const n = bits.length;
  const mean = means.reduce((sum, m) => sum + m, 0) / n;
  const share = bits.reduce((sum, bit) => sum + bit, 0) / n;
  let product = 0;
  let energy = 0;
  for (let bit = 0; bit < n; bit++) {
    product += ((means[bit] as number) - mean) * ((bits[bit] as number) - share);
    energy += ((means[bit] as number) - mean) ** 2;
  }
  const spread = Math.sqrt(energy * n * share * (1 - share));
  return spread === 0 ? 0 : (product / spread) * Math.sqrt(n - 1);
}
