/** Secrets of the server, made at its first start and kept in the data directory beside what they protect. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createDataDir, StorageError } from './database.js';

export interface Secrets {
  /** Key of the hashes that API keys are stored as. */
  pepper: Uint8Array;
  /** Key of the signatures in artifact URLs. */
  urlSecret: Uint8Array;
}

/**
 * Reads the server's secret, made where it is missing; each use has its own key derived from it.
 * @throws StorageError
 */
export function openSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'server.secret');
  createDataDir(dataDir);
  createOnce(path, () => `${randomBytes(32).toString('hex')}\n`);
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new StorageError(
      `${path} is not 64 hexadecimal digits; restore it: without it no API key of this data directory is known`,
    );
  const root = Buffer.from(text, 'hex');
  const derive = (use: string): Uint8Array => new Uint8Array(hkdfSync('sha256', root, '', use, 32));
  return { pepper: derive('aidet api key hashes'), urlSecret: derive('aidet artifact urls') };
}

/**
 * Makes a file whole or not at all, readable by its owner alone. Where two processes try, one wins and both find the same
 * file.
 */
export function createOnce(path: string, content: () => string): void {
  try {
    closeSync(openSync(path, 'r'));
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new StorageError(`${path} can not be read`, { cause: error });
  }
  const draft = writeDraft(path, content());
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

/** A complete file beside `path`, on disk, ready to take its name. */
export function writeDraft(path: string, content: string): string {
  const draft = `${path}.${randomBytes(8).toString('hex')}.new`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return draft;
}
