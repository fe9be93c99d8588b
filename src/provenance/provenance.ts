import type { C2paFinding } from '../domain/conclude.js';
import { AidetError } from '../domain/errors.js';
import { recognise } from '../imaging/recognise.js';
import { evidenceOf } from './c2pa/claims.js';
import { EngineFailure, Reader } from './c2pa/reader.js';
import { absent, type C2paReport, reportOf, unreadable } from './c2pa/report.js';
import { holdsManifest, mimeOf } from './c2pa/scan.js';
import { loadTrust, type Trust } from './c2pa/trust.js';
import type { Details, EngineAnswer, ManifestStore } from './c2pa/types.js';
import type { Provenance, ProvenanceSettings } from './types.js';

/** @throws Error where a configured trust list can not be read. */
export function createProvenance(settings: ProvenanceSettings, reader = new Reader()): Provenance {
  const load = (): Trust => loadTrust(settings.trustAnchors, settings.trustKeyUsages);
  let trust = load();

  async function read(bytes: Uint8Array, mime: string, signal: AbortSignal): Promise<Reading> {
    const { context } = trust;
    const holds = holdsManifest(bytes);
    try {
      return readingOf(await reader.read({ bytes, mime, context }, signal), holds);
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      return { refused: { code: error.code, explanation: error.message } };
    }
  }

  async function inspectHeld(bytes: Uint8Array, mime: string, signal: AbortSignal): Promise<C2paFinding> {
    const reading = await read(bytes, mime, signal);
    if ('store' in reading) return { present: true, evidence: evidenceOf(reading.store) };
    return { present: 'refused' in reading, evidence: [] };
  }

  return {
    inspect(bytes, signal) {
      const mime = mimeOf(bytes);
      if (mime === null || !holdsManifest(bytes)) return Promise.resolve({ present: false, evidence: [] });
      return inspectHeld(bytes.slice(), mime, signal);
    },

    async verify(bytes, signal): Promise<C2paReport> {
      checkFormat(bytes);
      const mime = mimeOf(bytes);
      if (mime === null) return absent(null);
      const reading = await read(ownBuffer(bytes), mime, signal);
      if ('absent' in reading) return absent(reading.absent);
      if ('refused' in reading) return unreadable(reading.refused.code, reading.refused.explanation);
      return reportOf(reading.store, reading.details, matched(reading.store, trust));
    },

    trustVersion: () => trust.version,
    reload() {
      trust = load();
    },
    close: () => reader.close(),
  };
}

/** What the library made of a file. */
type Reading =
  | { store: ManifestStore; details: Details }
  | { refused: { code: string; explanation: string } }
  /** No manifest; where it is said to lie, if anywhere. */
  | { absent: string | null };

/** The library's refusals are the names of c2pa-rs's errors. */
function readingOf(answer: EngineAnswer, holds: boolean): Reading {
  if ('store' in answer) {
    return {
      store: JSON.parse(answer.store) as ManifestStore,
      details: JSON.parse(answer.details) as Details,
    };
  }
  const { refusal } = answer;
  const [, remote] = /^C2pa\(RemoteManifestUrl\("(.*)"\)\)$/s.exec(refusal) ?? [];
  if (remote !== undefined) return { absent: remote };
  if (!holds) return { absent: null };
  const [, code = 'unreadable'] = /^C2pa\((\w+)/.exec(refusal) ?? [];
  return { refused: { code, explanation: `The manifest can not be read: ${refusal.slice(0, 300)}` } };
}

function checkFormat(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new AidetError('invalid_request', 'Image is empty');
  const recognised = recognise(bytes);
  const expected = 'JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF expected';
  if (recognised === null)
    throw new AidetError('invalid_request', `Not a recognised image file; ${expected}`);
  if (recognised.format !== null) return;
  throw new AidetError(
    'image_unsupported_format',
    `Image format is not supported: ${recognised.name}; ${expected}`,
  );
}

/** A view of something larger is copied, since the engine gets the whole buffer. */
function ownBuffer(bytes: Uint8Array): Uint8Array {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength ? bytes : bytes.slice();
}

function matched(store: ManifestStore, { lists }: Trust): C2paReport['trust_list'] {
  const list = lists.find(({ source }) => source === store.validation_results?.trustListUri);
  return list === undefined ? null : { source: list.source, updated_at: list.updatedAt };
}
