import type { C2paFinding } from '../domain/conclude.js';
import { AidetError } from '../domain/errors.js';
import type { Evidence } from '../domain/types.js';
import { recognise } from '../imaging/recognise.js';
import type { EngineAnswer } from './c2pa/protocol.js';
import { EngineFailure, Reader } from './c2pa/reader.js';
import { absent, type C2paReport, unreadable } from './c2pa/report.js';
import { holdsManifest, mimeOf } from './c2pa/scan.js';
import { loadTrust, type Trust, type TrustList } from './c2pa/trust.js';
import type { Provenance, ProvenanceSettings } from './types.js';

/** Longest remote address that is told. */
const URL_MAX = 2048;

/** @throws Error where a configured trust list can not be read. */
export function createProvenance(settings: ProvenanceSettings, reader = new Reader()): Provenance {
  const load = (): Trust => loadTrust(settings.trustAnchors, settings.trustKeyUsages);
  let trust = load();

  async function read(bytes: Uint8Array, mime: string, signal: AbortSignal): Promise<Reading> {
    const { context, lists } = trust;
    const holds = holdsManifest(bytes);
    try {
      return readingOf(await reader.read({ bytes, mime, context }, signal), holds, lists);
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      return { report: unreadable(error.code, error.message), evidence: [], unverified: error.message };
    }
  }

  return {
    inspect(bytes, signal) {
      const mime = mimeOf(bytes);
      if (mime === null || !holdsManifest(bytes)) return Promise.resolve({ present: false, evidence: [] });
      return read(new Uint8Array(bytes), mime, signal).then(toFinding, (error) => {
        if (!(error instanceof AidetError)) throw error;
        return { present: true, evidence: [], unverified: error.message };
      });
    },

    async verify(bytes, signal): Promise<C2paReport> {
      checkFormat(bytes);
      const mime = mimeOf(bytes);
      if (mime === null) return absent(null);
      return (await read(ownBuffer(bytes), mime, signal)).report;
    },

    trustVersion: () => trust.version,
    reload() {
      trust = load();
    },
    close: () => reader.close(),
  };
}

interface Reading {
  report: C2paReport;
  evidence: Evidence[];
  unverified?: string;
}

function toFinding({ report, evidence, unverified }: Reading): C2paFinding {
  const finding: C2paFinding = { present: report.c2pa_manifest_present, evidence };
  return unverified === undefined ? finding : { ...finding, unverified };
}

/** The library's refusals are the names of c2pa-rs's errors. */
function readingOf(answer: EngineAnswer, holds: boolean, lists: readonly TrustList[]): Reading {
  if ('report' in answer) {
    const { report, evidence, trustListUri } = answer;
    const list = lists.find(({ source }) => source === trustListUri);
    const trustList = list === undefined ? null : { source: list.source, updated_at: list.updatedAt };
    return { report: { ...report, trust_list: trustList }, evidence };
  }
  const { refusal } = answer;
  const [, remote] = /^C2pa\(RemoteManifestUrl\("(.*)"\)\)$/s.exec(refusal) ?? [];
  if (remote !== undefined) return { report: absent(remote.slice(0, URL_MAX)), evidence: [] };
  if (!holds) return { report: absent(null), evidence: [] };
  const [, code = 'unreadable'] = /^C2pa\((\w+)/.exec(refusal) ?? [];
  const explanation = `The manifest can not be read: ${refusal.slice(0, 300)}`;
  return { report: unreadable(code, explanation), evidence: [] };
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
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
    ? bytes
    : new Uint8Array(bytes);
}
