import type { Evidence } from '../../domain/types.js';
import type { C2paReport } from './report.js';

/** What the engine's thread is started with. */
export interface EngineSettings {
  memoryBytesMax: number;
}

/** One file for the engine. */
export interface EngineTask {
  bytes: Uint8Array;
  mime: string;
  /** The library's settings as JSON: trust lists, no fetching. */
  context: string;
}

/** What the library made of the file, or why it refuses to read it. */
export type EngineAnswer =
  | {
      /** Without the trust list, which the thread does not know by name. */
      report: C2paReport;
      evidence: Evidence[];
      /** Of the list that the signer was found on. */
      trustListUri: string | null;
    }
  | { refusal: string };
