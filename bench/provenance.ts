/**
 * `npm run bench -- provenance FOLDER...`: what the files of some folders say of themselves. Prints a table of the
 * traces with their counts, how many are verified, and the CPU time of each reader.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Evidence, RgbImage } from '../src/domain/types.js';
import { decode } from '../src/imaging/decode.js';
import { probe } from '../src/imaging/probe.js';
import { readMetadata } from '../src/provenance/metadata/metadata.js';
import { findMark } from '../src/provenance/pixels/dwt-dct.js';
import { findStealth } from '../src/provenance/pixels/stealth.js';
import { createProvenance } from '../src/provenance/provenance.js';

const EXTENSIONS = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.heic',
  '.gif',
  '.tif',
  '.tiff',
  '.bmp',
  '.avif',
]);
const READERS = ['Content Credentials', 'metadata', 'stealth', 'watermark'] as const;

export async function run(argv: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { 'trust-anchors': { type: 'string', multiple: true } },
  });
  if (positionals.length === 0) throw new Error('bench provenance: name folders of images');
  const provenance = createProvenance({ trustAnchors: values['trust-anchors'] ?? [], trustKeyUsages: [] });
  const { signal } = new AbortController();
  const tally = new Tally();
  for (const folder of positionals) {
    for (const path of await listImages(folder)) {
      const bytes = new Uint8Array(await readFile(path));
      const c2pa = await tally.time('Content Credentials', () => provenance.inspect(bytes, signal));
      const evidence: Evidence[] = [
        ...c2pa.evidence,
        ...(await tally.time('metadata', () => readMetadata(bytes))),
      ];
      const image = await pixelsOf(bytes);
      if (image !== null) {
        const stealth = await tally.time('stealth', () => findStealth(bytes, image));
        if (stealth !== null) evidence.push(stealth);
        const mark = await tally.time('watermark', () => findMark(image));
        if (mark !== null) tally.count(`watermark ${mark.mark.trace}`);
      }
      tally.add(evidence, c2pa.present, image !== null);
    }
  }
  await provenance.close();
  tally.print();
}

class Tally {
  #images = 0;
  #undecoded = 0;
  #manifests = 0;
  #verified = 0;
  readonly #counts = new Map<string, number>();
  readonly #cpuMs = new Map<string, number[]>();

  async time<T>(reader: (typeof READERS)[number], work: () => T | Promise<T>): Promise<T> {
    const begun = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(begun);
    this.#cpuMs.set(reader, [...(this.#cpuMs.get(reader) ?? []), (user + system) / 1000]);
    return result;
  }

  count(trace: string): void {
    this.#counts.set(trace, (this.#counts.get(trace) ?? 0) + 1);
  }

  add(evidence: Evidence[], hasManifest: boolean, isDecoded: boolean): void {
    this.#images++;
    if (!isDecoded) this.#undecoded++;
    if (hasManifest) this.#manifests++;
    if (evidence.some(({ verified }) => verified)) this.#verified++;
    for (const { kind, trace, claim, verified } of evidence)
      this.count(`${kind} ${trace}, ${claim}${verified ? ', verified' : ''}`);
  }

  print(): void {
    console.log(
      `${this.#images} images (${this.#undecoded} not decoded), ${this.#manifests} with a manifest, `,
    );
    console.log(`${this.#verified} with verified evidence\n`);
    for (const [trace, count] of [...this.#counts].sort((a, b) => b[1] - a[1]))
      console.log(`${String(count).padStart(6)}  ${trace}`);
    console.log('\nCPU time an image, ms: median, 99th percentile');
    for (const reader of READERS) {
      const sorted = (this.#cpuMs.get(reader) ?? []).sort((a, b) => a - b);
      const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
      console.log(`${reader.padEnd(20)} ${at(0.5).padStart(8)} ${at(0.99).padStart(8)}`);
    }
  }
}

async function listImages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function pixelsOf(bytes: Uint8Array): Promise<RgbImage | null> {
  try {
    return await decode(bytes, probe(bytes), { imagePixelsMax: 1e8 });
  } catch {
    return null;
  }
}
