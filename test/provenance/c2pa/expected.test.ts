import { readFileSync } from 'node:fs';
import { type Test, test } from 'tap';
import type { C2paReport } from '../../../src/provenance/c2pa/report.js';
import { createProvenance } from '../../../src/provenance/provenance.js';
import type { Provenance } from '../../../src/provenance/types.js';
import { sharedFolder } from '../../support/shared.js';

/** One file by another maker and what a validator says of it. */
interface Expected {
  file: string;
  has_manifest: boolean;
  remote_manifest_url: string | null;
  validation_state: string | null;
  failure_codes: string[];
  read_error: string | null;
  digital_source_type: string | null;
  claim_generator: string | null;
  signer_org: string | null;
  signer_cn: string | null;
  signed_at: string | null;
  ai_generated: boolean;
}

const TRUST = ['c2pa-rs-test-roots.pem', 'interim-anchors.pem', 'msval-test-root.pem'];
const { path, skip } = sharedFolder('testdata/c2pa');
const signal = new AbortController().signal;

test('every file of other makers has the state that is expected of it', { skip }, async (t) => {
  const provenance = createProvenance({
    trustAnchors: TRUST.map((name) => `${path}/trust/${name}`),
    trustKeyUsages: [],
  });
  t.teardown(() => provenance.close());
  const cases = JSON.parse(readFileSync(`${path}/expected.json`, 'utf8')) as Expected[];
  for (const expected of cases) {
    const bytes = new Uint8Array(readFileSync(`${path}/${expected.file}`));
    await t.test(expected.file, (t) => check(t, provenance, bytes, expected));
  }
});

async function check(t: Test, provenance: Provenance, bytes: Uint8Array, expected: Expected): Promise<void> {
  if (bytes.length === 0) {
    await t.rejects(provenance.verify(bytes, signal), { code: 'invalid_request' });
    return;
  }
  const finding = await provenance.inspect(bytes, signal);
  const report = await provenance.verify(bytes, signal);
  // A manifest that the library refuses to read is invalid here, with the refusal as its code.
  const isRefused = expected.has_manifest && expected.validation_state === null;
  t.equal(finding.present, expected.has_manifest);
  t.equal(report.c2pa_manifest_present, expected.has_manifest);
  t.equal(report.validation_state, isRefused ? 'invalid' : expected.validation_state);
  t.same(failures(report), isRefused ? [expected.read_error] : [...expected.failure_codes].sort());
  t.equal(report.remote_manifest_url, expected.remote_manifest_url);
  t.equal(report.trust_list !== null, onList(report));
  const manifest = report.active_manifest;
  t.equal(manifest?.claim_generator ?? null, expected.claim_generator);
  t.equal(manifest?.digital_source_type ?? null, expected.digital_source_type?.trim() ?? null);
  t.equal(manifest?.signer?.organization ?? null, expected.signer_org);
  t.equal(manifest?.signer?.common_name ?? null, expected.signer_cn);
  t.equal(manifest?.signed_at ?? null, expected.signed_at);
  const disclosed = manifest?.ai_disclosure;
  t.equal((disclosed?.ai_generated || disclosed?.ai_edited) ?? false, expected.ai_generated);
  for (const piece of finding.evidence)
    t.equal(piece.verified, report.validation_state === 'trusted', piece.trace);
}

function failures({ validation }: C2paReport): string[] {
  return validation
    .filter(({ severity }) => severity === 'failure')
    .map(({ code }) => code)
    .sort();
}

function onList({ validation }: C2paReport): boolean {
  return validation.some(({ code }) => code === 'signingCredential.trusted');
}
