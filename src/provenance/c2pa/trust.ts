import { createHash, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A list of certificates that are trusted to sign, or to stamp the time. */
export interface TrustList {
  /** As told to a client: a URL or a file's name; no two are the same. */
  source: string;
  /** ISO 8601. */
  updatedAt: string;
  kinds: readonly ('manifest' | 'tsa')[];
  pem: string;
}

export interface Trust {
  lists: readonly TrustList[];
  /** The library's settings as JSON. */
  context: string;
  /** Changes with any list or key usage; part of the verdict cache's key. */
  version: string;
}

const UPSTREAM = 'https://github.com/c2pa-org/conformance-public/blob/main/trust-list';

/** The official lists, as they stood at the time of `updatedAt`; see trust/README.md. */
const BUNDLED = [
  { file: 'C2PA-TRUST-LIST.pem', updatedAt: '2026-08-13T00:15:44Z', kinds: ['manifest'] },
  { file: 'C2PA-TSA-TRUST-LIST.pem', updatedAt: '2026-08-13T00:18:40Z', kinds: ['tsa'] },
] as const;

/**
 * Key usages that a signer's certificate may have. Source: C2PA 2.1, 14.5.1: e-mail protection, document signing,
 * time stamping, OCSP signing, C2PA claim signing; and Microsoft's own, which its signers use alone.
 */
const KEY_USAGES = [
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.36',
  '1.3.6.1.5.5.7.3.8',
  '1.3.6.1.5.5.7.3.9',
  '1.3.6.1.4.1.62558.2.1',
  '1.3.6.1.4.1.311.76.59.1.9',
];

/** Beyond this a compressed manifest is a bomb. */
const DECOMPRESSED_MB_MAX = 32;

/**
 * Reads the bundled lists and the configured ones.
 * @param anchors PEM files, or folders whose `.pem`, `.crt` and `.cer` files are taken.
 * @param keyUsages OIDs allowed besides the usual ones.
 * @throws Error naming the file that is missing or holds no certificate, or the OID that is none.
 */
export function loadTrust(anchors: readonly string[], keyUsages: readonly string[]): Trust {
  const wrong = keyUsages.find((oid) => !/^[0-2](\.\d+)+$/.test(oid));
  if (wrong !== undefined) throw new Error(`AIDET_C2PA_TRUST_EKUS: '${wrong}' is no OID`);
  const lists = [...BUNDLED.map(bundled), ...configured(anchors.flatMap(filesOf))];
  const context = JSON.stringify({
    trust: {
      trust_config: [...KEY_USAGES, ...keyUsages].join('\n'),
      anchors: lists.flatMap(({ source, pem, kinds }) =>
        kinds.map((kind) => ({ trust_anchors: pem, trust_uri: source, trust_kind: kind })),
      ),
    },
    verify: { verify_trust: true, remote_manifest_fetch: false, ocsp_fetch: false },
    core: { max_decompressed_manifest_size_in_mb: DECOMPRESSED_MB_MAX },
  });
  return { lists, context, version: createHash('sha256').update(context).digest('hex').slice(0, 16) };
}

function bundled({ file, updatedAt, kinds }: (typeof BUNDLED)[number]): TrustList {
  const pem = readFileSync(new URL(`../../../../trust/${file}`, import.meta.url), 'utf8');
  return { source: `${UPSTREAM}/${file}`, updatedAt, kinds, pem };
}

/** A company's own authority signs and stamps. Clients are told the file's name, not where it lies. */
function configured(paths: readonly string[]): TrustList[] {
  const taken = new Map<string, number>();
  return paths.map((path) => {
    const name = basename(path);
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    const pem = readFileSync(path, 'utf8');
    checkCertificates(pem, path);
    return {
      source: count === 1 ? name : `${name} (${count})`,
      updatedAt: statSync(path).mtime.toISOString(),
      kinds: ['manifest', 'tsa'],
      pem,
    };
  });
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch (cause) {
    throw new Error(`AIDET_C2PA_TRUST_ANCHORS: ${path} can not be read`, { cause });
  }
  return readdirSync(path)
    .filter((name) => /\.(pem|crt|cer)$/i.test(name))
    .sort()
    .map((name) => join(path, name));
}

function checkCertificates(pem: string, path: string): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (cause) {
    throw new Error(`AIDET_C2PA_TRUST_ANCHORS: ${path} holds a certificate that can not be read`, { cause });
  }
  if (blocks.length === 0) throw new Error(`AIDET_C2PA_TRUST_ANCHORS: ${path} holds no PEM certificate`);
}
