import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { AidetError } from '../domain/errors.js';
import type { RgbImage } from '../domain/types.js';
import type { HeicAnswer, HeicTask } from './heic-worker.js';

export interface HeicLimits {
  imagePixelsMax: number;
  /** WebAssembly can not be interrupted, but its thread can be ended. */
  decodeMsMax: number;
}

/** Whether the optional package libheif-js is installed. */
export function hasHeicDecoder(): boolean {
  try {
    createRequire(import.meta.url).resolve('libheif-js/wasm-bundle');
    return true;
  } catch {
    return false;
  }
}

/**
 * Decodes the primary picture of a HEIC, already upright. Each picture gets a thread and a WebAssembly memory of
 * its own: a file that hangs or corrupts the decoder harms nobody after it, and the memory, which WebAssembly can
 * only grow, goes back at the end. That costs about 0.1 s where decoding a megapixel takes 0.3 s.
 */
export function decodeHeic(bytes: Uint8Array, limits: HeicLimits): Promise<RgbImage> {
  if (!hasHeicDecoder()) {
    const message = 'HEIC is not supported here: the optional package libheif-js is not installed';
    return Promise.reject(new AidetError('image_unsupported_format', message));
  }
  const workerData: HeicTask = { bytes, imagePixelsMax: limits.imagePixelsMax };
  const worker = new Worker(new URL('./heic-worker.js', import.meta.url), {
    workerData,
    argv: [],
    execArgv: [],
    env: {},
    // The decoder prints its complaints; they would end up between the log's lines.
    stdout: true,
    stderr: true,
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(new Error('timeout'))), limits.decodeMsMax);
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      finish();
      void worker.terminate();
    };
    worker.once('message', (answer: HeicAnswer) =>
      settle(() => ('image' in answer ? resolve(answer.image) : reject(new Error(answer.reason)))),
    );
    worker.once('error', (error) => settle(() => reject(error)));
    worker.once('exit', (code) => settle(() => reject(new Error(`decoder ended with ${code}`))));
  });
}
