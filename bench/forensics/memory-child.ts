/** `memory-child.js FILE`: decodes and analyses one picture as a worker does and tells what was resident when. */
import { readFileSync, writeFileSync } from 'node:fs';
import { openKernels } from '../../src/forensics/kernels.js';
import { examine, open } from './examined.js';

export interface MemoryUse {
  width: number;
  height: number;
  startBytes: number;
  decodingPeakBytes: number;
  decodedBytes: number;
  /** Greatest while kernels ran, maps were drawn and packed. */
  peakBytes: number;
}

/** proc(5): a 5 in clear_refs sets the peak back to what is resident now. */
function resetPeak(): void {
  globalThis.gc?.();
  writeFileSync('/proc/self/clear_refs', '5');
}

function statusBytes(field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}

async function measure(path: string): Promise<MemoryUse> {
  const kernels = openKernels(null);
  const bytes = new Uint8Array(readFileSync(path));
  resetPeak();
  const startBytes = statusBytes('VmRSS');
  const opened = await open(bytes);
  const decodingPeakBytes = statusBytes('VmHWM');
  resetPeak();
  const decodedBytes = statusBytes('VmRSS');
  await examine(kernels, opened, { maps: true });
  const { width, height } = opened.image;
  return { width, height, startBytes, decodingPeakBytes, decodedBytes, peakBytes: statusBytes('VmHWM') };
}

process.send?.(await measure(process.argv[2] as string));
process.disconnect?.();
