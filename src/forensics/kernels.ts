/** The typed face of the native kernels: an image in, measurements out, AidetErrors on the way. */
import { openAddon } from '../binding/addon.js';
import type { NativeErrorCode, NativeForensicsRequest, NativeMeasurements } from '../binding/types.js';
import { AidetError } from '../domain/errors.js';

export type MeasureRequest = NativeForensicsRequest;
export type Measurements = NativeMeasurements;

export interface Kernels {
  /** Of the software that they were built from. */
  version: string;
  /** Instruction set asked for; null: the fastest that runs here. */
  target: string | null;
  /** Rejects with AidetError `internal_error`, or with an AbortError where `cancel` was set. */
  measure(request: MeasureRequest): Promise<Measurements>;
}

/**
 * @param target `scalar`, `avx2`, `avx512`, `neon` or null
 * @throws Error with a sentence that says what to do, where the addon does not load
 */
export function openKernels(target: string | null): Kernels {
  const addon = openAddon();
  return {
    version: addon.version,
    target,
    async measure(request) {
      try {
        return await addon.forensics(request);
      } catch (error) {
        throw explain(error as Error & { code?: NativeErrorCode });
      }
    },
  };
}

function explain(error: Error & { code?: NativeErrorCode }): Error {
  if (error.code === 'CANCELLED') return new DOMException(error.message, 'AbortError');
  return new AidetError('internal_error', error.message, { cause: error });
}
