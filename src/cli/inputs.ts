import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { type Io, UsageError } from './io.js';

/** In a folder only files that look like images are taken; a file that is named is always tried. */
const IMAGE_EXTENSIONS = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.gif',
  '.tif',
  '.tiff',
  '.bmp',
  '.heic',
  '.heif',
]);

export interface InputFile {
  path: string;
  /** Path below the named folder, or the file's name: what output files are called after. */
  name: string;
}

/** The files named by paths, folders (with all below them, sorted) and lists; a list of `-` is standard input. */
export async function listInputs(paths: string[], lists: string[], io: Io): Promise<InputFile[]> {
  const named = [...paths];
  for (const list of lists) named.push(...(await readList(list, io)));
  const files: InputFile[] = [];
  for (const path of named) {
    const info = await stat(path).catch(() => undefined);
    if (info?.isDirectory()) files.push(...(await walkFolder(path)));
    // What is missing stays in the list: it fails by name in its place, and the rest goes on.
    else files.push({ path, name: basename(path) });
  }
  return files;
}

async function readList(list: string, io: Io): Promise<string[]> {
  const input = list === '-' ? io.stdin : createReadStream(list, 'utf8');
  const paths: string[] = [];
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line !== '') paths.push(line);
    }
  } catch (error) {
    throw new UsageError(`--files-from ${list}: ${(error as Error).message}`);
  }
  return paths;
}

async function walkFolder(folder: string): Promise<InputFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((e) => e.isFile() && IMAGE_EXTENSIONS.has(extname(e.name).toLowerCase()))
    .map((e) => join(e.parentPath, e.name))
    .sort()
    .map((path) => ({ path, name: relative(folder, path) }));
}
