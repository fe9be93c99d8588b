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
 * @param target `scalar`, `avx2`, `avx512`, `neon`, `cuda` or null
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

/** Instruction sets that kernels are built for; a machine runs some of them. */
const TARGETS = ['scalar', 'avx2', 'avx512', 'neon'];

/** The setting asks for what this machine can not run. */
export class UnknownTarget extends Error {}

/** @throws UnknownTarget with a sentence that says why not, and which ones there are */
export async function checkTarget(target: string): Promise<void> {
  const refusal = await refusalOf(target);
  if (refusal === null) return;
  const there: string[] = [];
  for (const other of TARGETS) if ((await refusalOf(other)) === null) there.push(other);
  const why =
    target === 'cuda'
      ? `but ${refusal} (\`AIDET_CUDA=1 npm rebuild\` builds them where nvcc is)`
      : "which this machine's CPU does not run";
  throw new UnknownTarget(
    `AIDET_FORENSICS_TARGET is '${target}', ${why}; this machine runs ${there.join(', ')}, and 'auto' takes the fastest`,
  );
}

/** Null where the kernels run there, which a picture of one block shows. */
async function refusalOf(target: string): Promise<string | null> {
  const qualities = Uint8Array.of(90);
  const picture = { rgb: new Uint8Array(16 * 16 * 3), width: 16, height: 16, file: null };
  const grid = { fileGridX: 0, fileGridY: 0, mapSide: 0 };
  const asked = { ...picture, ...grid, elaQuality: 90, qualities, curveQualities: qualities, cancel: null };
  const { forensics } = openAddon();
  try {
    await forensics({ ...asked, target });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function explain(error: Error & { code?: NativeErrorCode }): Error {
  if (error.code === 'CANCELLED') return new DOMException(error.message, 'AbortError');
  return new AidetError('internal_error', error.message, { cause: error });
}
