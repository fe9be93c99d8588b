/**
 * How often a part of one untouched photograph, pasted anywhere into another, gets a finding with its place. Both are
 * pictures of the split as they are, so most have a JPEG history; the result is stored without loss or as a JPEG.
 */
import { readFile } from 'node:fs/promises';
import type { RgbImage } from '../../src/domain/types.js';
import { type Kernels, openKernels } from '../../src/forensics/kernels.js';
import type { Box, ForensicFinding } from '../../src/forensics/types.js';
import type { Effort } from '../forensics.js';
import { sharpOf } from '../images.js';
import { seededRandom } from '../random.js';
import { table } from '../report.js';
import { examine, open } from './examined.js';
import { authenticFiles, skipped } from './labelled.js';
import { type Share, shareOf, showShare } from './share.js';

/** Smaller hosts hold too few windows for an area to be told from its surroundings. */
const HOST_SIDE_MIN = 384;
const PART_SIDE = 160;
const STORED = ['png', 'jpeg 95', 'jpeg 90', 'jpeg 85'] as const;
/** A finding is of the part where it covers this much of it, and elsewhere where it touches less than a tenth. */
const COVERED_MIN = 0.5;
const TOUCHED_MAX = 0.1;

interface Tally {
  cases: number;
  high: number;
  any: number;
  highElsewhere: number;
}

export interface Pastes {
  side: number;
  stored: Record<string, { high: Share; any: Share; highElsewhere: Share }>;
}

export async function measurePastes(folder: string, split: string, effort: Effort): Promise<Pastes | null> {
  const files = await authenticFiles(folder, split);
  if (files === null) {
    console.log(skipped(folder));
    return null;
  }
  const photos = await largeOnes(files.map((f) => f.path));
  const cases = { smoke: 1, quick: photos.length, full: 4 * photos.length }[effort];
  const kernels = openKernels(null);
  const random = seededRandom(8);
  const pick = (n: number): number => Math.floor(random() * n);
  const tallies = new Map<string, Tally>();
  for (let i = 0; i < cases && photos.length > 1; i++) {
    const host = photos[i % photos.length] as RgbImage;
    const other = photos[(i + 1 + pick(photos.length - 1)) % photos.length] as RgbImage;
    const box = {
      x: pick(host.width - PART_SIDE),
      y: pick(host.height - PART_SIDE),
      width: PART_SIDE,
      height: PART_SIDE,
    };
    const from = { x: pick(other.width - PART_SIDE), y: pick(other.height - PART_SIDE) };
    const falsified = pasted(host, other, from, box);
    for (const stored of STORED) {
      const tally = tallies.get(stored) ?? { cases: 0, high: 0, any: 0, highElsewhere: 0 };
      tallies.set(stored, tally);
      count(tally, await findingsOf(kernels, falsified, stored), box);
    }
  }
  const result: Pastes = {
    side: PART_SIDE,
    stored: Object.fromEntries(
      [...tallies].map(([stored, t]) => [
        stored,
        {
          high: shareOf(t.high, t.cases),
          any: shareOf(t.any, t.cases),
          highElsewhere: shareOf(t.highElsewhere, t.cases),
        },
      ]),
    ),
  };
  console.log(
    table(
      [`${PART_SIDE} x ${PART_SIDE} pasted, ${split}`, 'found at high', 'found', 'high elsewhere only'],
      Object.entries(result.stored).map(([stored, s]) => [
        `stored as ${stored}`,
        showShare(s.high),
        showShare(s.any),
        showShare(s.highElsewhere),
      ]),
    ),
  );
  return result;
}

async function largeOnes(paths: string[]): Promise<RgbImage[]> {
  const photos: RgbImage[] = [];
  for (const path of paths) {
    const { image } = await open(new Uint8Array(await readFile(path)));
    if (Math.min(image.width, image.height) >= HOST_SIDE_MIN) photos.push(image);
  }
  return photos;
}

function pasted(host: RgbImage, other: RgbImage, from: { x: number; y: number }, to: Box): RgbImage {
  const rgb = host.rgb.slice();
  for (let row = 0; row < to.height; row++) {
    const at = ((from.y + row) * other.width + from.x) * 3;
    rgb.set(other.rgb.subarray(at, at + to.width * 3), ((to.y + row) * host.width + to.x) * 3);
  }
  return { ...host, rgb };
}

async function findingsOf(kernels: Kernels, image: RgbImage, stored: string): Promise<ForensicFinding[]> {
  const [format, quality] = stored.split(' ');
  const picture = sharpOf(image.rgb, image.width, image.height);
  const file =
    format === 'png'
      ? await picture.png({ compressionLevel: 1 }).toBuffer()
      : await picture.jpeg({ quality: Number(quality) }).toBuffer();
  return (await examine(kernels, await open(new Uint8Array(file)))).findings;
}

function count(tally: Tally, findings: ForensicFinding[], part: Box): void {
  tally.cases++;
  const areas = findings.flatMap(({ region, severity }) =>
    region ? [{ severity, share: covered(region, part) }] : [],
  );
  const found = areas.filter(({ share }) => share >= COVERED_MIN);
  const isHigh = ({ severity }: { severity: string }): boolean => severity === 'high';
  if (found.length > 0) tally.any++;
  if (found.some(isHigh)) tally.high++;
  else if (areas.some((a) => isHigh(a) && a.share < TOUCHED_MAX)) tally.highElsewhere++;
}

/** Share of the part that lies in the region. */
function covered(region: Box, part: Box): number {
  const along = (a: number, aSize: number, b: number, bSize: number): number =>
    Math.max(0, Math.min(a + aSize, b + bSize) - Math.max(a, b));
  const area =
    along(region.x, region.width, part.x, part.width) * along(region.y, region.height, part.y, part.height);
  return area / (part.width * part.height);
}
