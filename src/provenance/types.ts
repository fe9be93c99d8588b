import type { C2paFinding } from '../domain/conclude.js';
import type { C2paReport } from './c2pa/report.js';

export interface ProvenanceSettings {
  /** PEM files or folders, added to the bundled lists. */
  trustAnchors: readonly string[];
  /** OIDs of key usages, added to the usual ones. */
  trustKeyUsages: readonly string[];
}

/** Content Credentials, verified in a thread of their own. */
export interface Provenance {
  /**
   * What `detect` needs to know. The file is looked at before the call returns, so its buffer may be handed on
   * afterwards; one without a manifest costs microseconds. A manifest that can not be read is present and proves
   * nothing; one that was not looked at, since too many wait or it takes too much, is `unverified`. Rejects only with
   * the signal's reason.
   */
  inspect(bytes: Uint8Array, signal: AbortSignal): Promise<C2paFinding>;
  /**
   * The whole report. The bytes' buffer is transferred where it holds nothing else.
   * @throws AidetError `image_unsupported_format` or `invalid_request`, by the same rules as detect with AVIF added;
   *   `service_unavailable` where too many wait.
   */
  verify(bytes: Uint8Array, signal: AbortSignal): Promise<C2paReport>;
  /** Changes with the trust lists. */
  trustVersion(): string;
  /** Reads the trust lists again. Throws where one can not be read; the old ones stay in force then. */
  reload(): void;
  close(): Promise<void>;
}
