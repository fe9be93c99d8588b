/** Model packages: a folder with manifest.json, the ONNX file it names, and self_test.json. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AidetError } from '../domain/errors.js';
import type { ModelManifest, ModelPackage } from '../domain/model.js';
import { manifestFaults } from './manifest-schema.js';
import { loadSelfTest } from './self-test.js';

/**
 * Reads the manifest, checks it, and checks the ONNX file against its SHA-256.
 * @throws AidetError `internal_error` that names the file and each fault
 */
export async function loadModelPackage(folder: string): Promise<ModelPackage> {
  const manifestPath = join(folder, 'manifest.json');
  const manifest = await readManifest(manifestPath);
  const path = resolve(folder, manifest.file);
  const sha256 = await hashFile(path);
  if (sha256 !== manifest.sha256) {
    throw fault(`${path} is not the file that ${manifestPath} names: its SHA-256 is ${sha256}`);
  }
  const selfTest = await loadSelfTest(join(folder, 'self_test.json'), manifest);
  return { manifest, path, selfTest };
}

async function readManifest(path: string): Promise<ModelManifest> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw fault(`${path} cannot be read: ${(error as Error).message}`, error);
  }
  const faults = manifestFaults(value);
  if (faults.length > 0) throw fault(`${path} is not a model manifest: ${faults.join('; ')}`);
  return value as ModelManifest;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw fault(`${path} cannot be read: ${(error as Error).message}`, error);
  }
  return hash.digest('hex');
}

function fault(message: string, cause?: unknown): AidetError {
  return new AidetError('internal_error', message, { cause });
}
