/**
 * The pictures that the benches send: rendered by a seeded generator, the same on every machine, so that no figure
 * hangs on a private file. They have what costs a decoder and a network work as photographs do: texture whose
 * amplitude falls with frequency, edges, smooth gradients, and sensor noise through a small blur, as demosaicing
 * leaves it.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { seededRandom } from './random.js';
import { CACHE_FOLDER } from './root.js';

export interface BenchImage {
  name: string;
  width: number;
  height: number;
}

export const BENCH_IMAGES = {
  /** One tile. */
  tiny: { name: '256x256', width: 256, height: 256 },
  small: { name: '512x512', width: 512, height: 512 },
  megapixel: { name: '1024x1024', width: 1024, height: 1024 },
  camera: { name: '4000x3000', width: 4000, height: 3000 },
} as const satisfies Record<string, BenchImage>;

const JPEG_QUALITY = 90;

/** Path of the picture as JPEG (quality 90, 4:2:0) in the cache folder; made where it is not there yet. */
export async function benchImagePath({ name, width, height }: BenchImage): Promise<string> {
  const folder = join(CACHE_FOLDER, 'images');
  const path = join(folder, `${name}.jpg`);
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true });
    const photo = renderPhoto(width, height, width * 31 + height);
    await writeFile(path, await sharpOf(photo, width, height).jpeg({ quality: JPEG_QUALITY }).toBuffer());
  }
  return path;
}

export function sharpOf(rgb: Uint8Array, width: number, height: number): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** 8-bit RGB, row-major, `width * height * 3` bytes. */
export function renderPhoto(width: number, height: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const texture = octaves(width, height, random);
  const shapes = scatterShapes(width, height, random);
  const sky = [120 + 90 * random(), 130 + 80 * random(), 150 + 80 * random()] as const;
  const ground = [60 + 90 * random(), 60 + 70 * random(), 40 + 60 * random()] as const;
  const tint = [0.9 + 0.2 * random(), 1, 0.9 + 0.2 * random()] as const;
  const row = new Float32Array(width * 3);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const down = y / height;
    const crossing = shapes.filter((s) => Math.abs(y - s.y) < s.ry);
    for (let x = 0; x < width; x++) {
      const shape = topmost(crossing, x, y);
      const light = texture[y * width + x] as number;
      for (let c = 0; c < 3; c++) {
        const base = shape ? (shape.colour[c] as number) : sky[c as 0] * (1 - down) + ground[c as 0] * down;
        row[x * 3 + c] = base + light * (0.4 + base / 255) * tint[c as 0] + sensorNoise(random);
      }
    }
    blurInto(row, out, y * width * 3, width);
  }
  return out;
}

/** Value noise summed over octaves, each half as wide and three quarters as strong as the one before. */
function octaves(width: number, height: number, random: () => number): Float32Array {
  const sum = new Float32Array(width * height);
  let amplitude = 45;
  for (let cell = 256; cell >= 2; cell /= 2, amplitude *= 0.75) {
    const cols = Math.ceil(width / cell) + 2;
    const lattice = Float32Array.from(
      { length: cols * (Math.ceil(height / cell) + 2) },
      () => (random() - 0.5) * 2 * amplitude,
    );
    for (let y = 0; y < height; y++) {
      const v = (y % cell) / cell;
      const top = Math.floor(y / cell) * cols;
      for (let x = 0; x < width; x++) {
        const u = (x % cell) / cell;
        const at = top + Math.floor(x / cell);
        const a = lattice[at] as number;
        const b = lattice[at + 1] as number;
        const c = lattice[at + cols] as number;
        const d = lattice[at + cols + 1] as number;
        sum[y * width + x] =
          (sum[y * width + x] as number) + (a + (b - a) * u) * (1 - v) + (c + (d - c) * u) * v;
      }
    }
  }
  return sum;
}

interface Shape {
  x: number;
  y: number;
  rx: number;
  ry: number;
  colour: readonly [number, number, number];
}

function scatterShapes(width: number, height: number, random: () => number): Shape[] {
  const unit = Math.min(width, height);
  return Array.from({ length: 24 }, (_, i) => {
    const size = unit * 0.3 * 0.9 ** i + 4;
    return {
      x: random() * width,
      y: random() * height,
      rx: size * (0.4 + 0.6 * random()),
      ry: size * (0.4 + 0.6 * random()),
      colour: [20 + 215 * random(), 20 + 215 * random(), 20 + 215 * random()] as const,
    };
  });
}

/** Small shapes were scattered last and lie in front. */
function topmost(shapes: Shape[], x: number, y: number): Shape | undefined {
  return shapes.findLast((s) => ((x - s.x) / s.rx) ** 2 + ((y - s.y) / s.ry) ** 2 < 1);
}

/** Three uniforms sum to nearly a Gaussian; standard deviation 3 levels, a phone indoors. */
function sensorNoise(random: () => number): number {
  return (random() + random() + random() - 1.5) * 6;
}

/** A 1-2-1 blur along the row, rounded and clamped. */
function blurInto(row: Float32Array, out: Uint8Array, at: number, width: number): void {
  for (let x = 0; x < width; x++) {
    const left = Math.max(0, x - 1) * 3;
    const right = Math.min(width - 1, x + 1) * 3;
    for (let c = 0; c < 3; c++) {
      const value =
        ((row[left + c] as number) + 2 * (row[x * 3 + c] as number) + (row[right + c] as number)) / 4;
      out[at + x * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
}
