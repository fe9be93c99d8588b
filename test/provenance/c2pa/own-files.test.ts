import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { test } from 'tap';
import { fuse } from '../../../src/domain/evidence.js';
import type { C2paReport } from '../../../src/provenance/c2pa/report.js';
import { createProvenance } from '../../../src/provenance/provenance.js';
import type { Provenance } from '../../../src/provenance/types.js';
import { type ManifestSpec, signPicture } from '../../support/c2pa-signer.js';
import { gifOf, jpegOf, pngOf, scene, tiffOf, webpOf } from '../../support/images.js';
import { pngChunk, pngWith } from '../../support/metadata-files.js';
import { createAuthority, issueSigner, YEAR_MS } from '../../support/x509.js';

const signal = new AbortController().signal;
const authority = createAuthority({ commonName: 'Throw-away root', organization: 'aidet tests' });
const signer = issueSigner(authority, { commonName: 'Signer', organization: 'Camera works' });
const stranger = issueSigner(createAuthority({ commonName: 'Other root', organization: 'Elsewhere' }), {
  commonName: 'Stranger',
  organization: 'Elsewhere',
});
const picture = await jpegOf(scene(160, 120));
const AI = { action: 'c2pa.created', source: 'trainedAlgorithmicMedia', softwareAgent: 'Flux.2' };
const CAPTURE = { action: 'c2pa.created', source: 'digitalCapture' };
const COMPOSITE = { action: 'c2pa.edited', source: 'compositeWithTrainedAlgorithmicMedia' };

const signed = (spec: Partial<ManifestSpec> = {}, bytes: Uint8Array = picture): Promise<Uint8Array> =>
  signPicture(bytes, { signer, actions: [AI], ...spec });

const rootPath = join(t.testdir({ 'root.pem': authority.pem }), 'root.pem');
/** Trusts the throw-away authority. */
const provenance = createProvenance({ trustAnchors: [rootPath], trustKeyUsages: [] });
t.teardown(() => provenance.close());

const verify = (bytes: Uint8Array, by: Provenance = provenance): Promise<C2paReport> =>
  by.verify(bytes.slice(), signal);
const evidenceOf = async (bytes: Uint8Array) => (await provenance.inspect(bytes, signal)).evidence;
const failures = ({ validation }: C2paReport): string[] =>
  validation.filter(({ severity }) => severity === 'failure').map(({ code }) => code);

/** Changes one byte of the first place of `text` in the file. */
function tampered(bytes: Uint8Array, text: string, offset = 0): Uint8Array {
  const changed = Buffer.from(bytes);
  const at = changed.indexOf(text);
  changed[at + offset] = (changed[at + offset] as number) ^ 1;
  return new Uint8Array(changed);
}

test('a signature by an authority on the list is trusted, and the list is named', async (t) => {
  const report = await verify(await signed());
  t.match(report, {
    c2pa_manifest_present: true,
    validation_state: 'trusted',
    remote_manifest_url: null,
    trust_list: { source: 'root.pem' },
    active_manifest: {
      title: 'picture',
      claim_generator: 'aidet-tests 1.0',
      signer: {
        common_name: 'Signer',
        organization: 'Camera works',
        issuer: 'CN=Throw-away root, O=aidet tests',
        algorithm: 'es256',
      },
      signed_at: null,
      digital_source_type: /trainedAlgorithmicMedia$/,
      ai_disclosure: { ai_generated: true, ai_edited: false, training_allowed: null },
    },
  });
  t.same(failures(report), []);
  t.match(await evidenceOf(await signed()), [
    {
      kind: 'c2pa',
      claim: 'ai_generated',
      generator: 'flux',
      verified: true,
      source: 'C2PA active manifest',
    },
  ]);
});

test('every format carries a manifest that is found', async (t) => {
  const image = scene(96, 64);
  const files: [mime: string, bytes: Uint8Array][] = [
    ['image/png', await pngOf(image)],
    ['image/webp', await webpOf(image)],
    ['image/gif', await gifOf(image)],
    ['image/tiff', await tiffOf(image)],
  ];
  for (const [mime, bytes] of files) {
    const file = await signed({ mime }, bytes);
    t.equal((await verify(file)).validation_state, 'trusted', mime);
    t.equal((await provenance.inspect(file, signal)).present, true, mime);
    t.match(
      await provenance.inspect(bytes, signal),
      { present: false, evidence: [] },
      `${mime} before signing`,
    );
  }
});

// A Buffer's own `slice` shares its memory, so that the engine's thread once took the picture away from the pipeline.
test("bytes that came as a Buffer are looked at too, and stay the caller's", async (t) => {
  const file = Buffer.from(await signed());
  const before = Buffer.from(file);
  const roomy = Buffer.concat([Buffer.alloc(64), file, Buffer.alloc(64)]).subarray(64, 64 + file.length);
  for (const [name, bytes] of Object.entries({ file, roomy })) {
    const finding = await provenance.inspect(bytes, signal);
    t.match(finding, { present: true, evidence: [{ verified: true }] }, name);
    t.equal(finding.unverified, undefined, name);
    t.ok(bytes.equals(before), `${name} is untouched`);
  }
  t.equal((await provenance.verify(roomy, signal)).validation_state, 'trusted');
  t.ok(roomy.equals(before));
});

test('a signature by anybody is valid, a claim and no proof', async (t) => {
  const file = await signed({ signer: stranger });
  const report = await verify(file);
  t.equal(report.validation_state, 'valid');
  t.equal(report.trust_list, null);
  t.same(failures(report), ['signingCredential.untrusted']);
  t.match(await evidenceOf(file), [{ claim: 'ai_generated', verified: false }]);
});

test('an expired certificate without a time stamp is invalid', async (t) => {
  const expired = issueSigner(
    authority,
    { commonName: 'Late', organization: 'Late' },
    { from: new Date(Date.now() - 3 * YEAR_MS), to: new Date(Date.now() - 2 * YEAR_MS) },
  );
  const report = await verify(await signed({ signer: expired }));
  t.equal(report.validation_state, 'invalid');
  t.ok(failures(report).includes('signingCredential.expired'));
});

test('a key usage of their own is invalid until it is allowed', async (t) => {
  const keyUsage = '1.3.6.1.4.1.99999.7';
  const special = issueSigner(authority, { commonName: 'S', organization: 'S' }, { keyUsage });
  const file = await signed({ signer: special });
  t.equal((await verify(file)).validation_state, 'invalid');
  const allowing = createProvenance({ trustAnchors: [rootPath], trustKeyUsages: [keyUsage] });
  t.teardown(() => allowing.close());
  t.equal((await verify(file, allowing)).validation_state, 'trusted');
});

test('what was changed after signing is invalid and no evidence', async (t) => {
  const file = await signed();
  const pixel = new Uint8Array(file);
  pixel[pixel.length - 40] = (pixel[pixel.length - 40] as number) ^ 0x10;
  const cases: [name: string, bytes: Uint8Array, code: RegExp][] = [
    ['pixel', pixel, /assertion\.dataHash\.mismatch/],
    ['claim', tampered(file, 'aidet-tests'), /claimSignature\.mismatch/],
    ['assertion', tampered(file, 'Flux.2'), /assertion\.hashedURI\.mismatch/],
    ['appended', new Uint8Array(Buffer.concat([file, Buffer.from('more')])), /assertion\.dataHash\.mismatch/],
  ];
  for (const [name, bytes, code] of cases) {
    const report = await verify(bytes);
    t.equal(report.validation_state, 'invalid', name);
    t.match(failures(report).join(), code, name);
    t.same(await provenance.inspect(bytes, signal), { present: true, evidence: [] }, name);
  }
});

test('a file that breaks off in its manifest, and garbage in its place, are invalid', async (t) => {
  const file = await signed();
  const jumbf = Buffer.from(file).indexOf('jumb');
  const broken: [string, Uint8Array][] = [
    ['truncated', file.slice(0, jumbf + 400)],
    ['garbage', await pngWith(pngChunk('caBX', Buffer.alloc(300, 0xa5)))],
    ['empty', await pngWith(pngChunk('caBX', Buffer.alloc(0)))],
    ['nested lengths', await pngWith(pngChunk('caBX', Buffer.from('ffffffff6a756d62', 'hex')))],
  ];
  for (const [name, bytes] of broken) {
    const report = await verify(bytes);
    t.match(
      report,
      { c2pa_manifest_present: true, validation_state: 'invalid', active_manifest: null },
      name,
    );
    t.equal(report.validation[0]?.severity, 'failure', name);
    t.same(await provenance.inspect(bytes, signal), { present: true, evidence: [] }, name);
  }
});

test('random damage to a manifest never fails, and never changes what a sound one says', async (t) => {
  const file = await signed();
  const sound = await verify(file);
  const begin = Buffer.from(file).indexOf('jumb') - 8;
  const end = Buffer.from(file).lastIndexOf('jumb') + 6000;
  const changes = fc.array(fc.tuple(fc.integer({ min: begin, max: end }), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(changes, async (places) => {
      const damaged = file.slice();
      for (const [at, value] of places) damaged[at] = value;
      const report = await verify(damaged);
      if (report.validation_state === 'invalid' || !report.c2pa_manifest_present) return;
      // The padding of a signature is not signed; nothing that is told may have changed.
      t.same(report.active_manifest, sound.active_manifest);
    }),
    { numRuns: 60 },
  );
});

test('a remote manifest is told and never fetched, nor is revocation asked for', async (t) => {
  let arrivals = 0;
  const canary = createServer((_, response) => {
    arrivals++;
    response.end();
  });
  canary.on('connection', () => arrivals++);
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  t.teardown(() => canary.close());
  const url = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/manifest.c2pa`;
  const remote = await signed({ remoteUrl: url, embed: false });
  t.match(await verify(remote), {
    c2pa_manifest_present: false,
    validation_state: null,
    active_manifest: null,
    validation: [],
    remote_manifest_url: url,
  });
  t.match(await provenance.inspect(remote, signal), { present: false });
  const both = await signed({ remoteUrl: url });
  t.equal((await verify(both)).validation_state, 'trusted');
  const asking = issueSigner(authority, { commonName: 'O', organization: 'O' }, { ocspUrl: url });
  t.equal((await verify(await signed({ signer: asking }))).validation_state, 'trusted');
  t.equal(arrivals, 0, 'nothing arrived at the listener');
});

test('the history of a picture is told through its ingredients', async (t) => {
  const made = await signed({ title: 'made' });
  const edited = await signed({
    title: 'edited',
    generator: 'Editor',
    actions: [{ action: 'c2pa.cropped' }],
    ingredients: [{ bytes: made, relationship: 'parentOf', title: 'made' }],
  });
  const report = await verify(edited);
  t.equal(report.validation_state, 'trusted');
  t.match(report.active_manifest, {
    digital_source_type: null,
    ai_disclosure: { ai_generated: true },
    ingredients: [
      {
        title: 'made',
        relationship: 'parentOf',
        claim_generator: 'aidet-tests 1.0',
        digital_source_type: /trainedAlgorithmicMedia$/,
        validation_state: 'trusted',
      },
    ],
  });
  t.match(await evidenceOf(edited), [
    { claim: 'ai_generated', verified: true, source: 'C2PA ingredient manifest', generator: 'flux' },
  ]);
  const placed = await signed({
    actions: [CAPTURE],
    ingredients: [{ bytes: made, relationship: 'componentOf', title: 'sticker' }],
  });
  const claims = (await evidenceOf(placed)).map(({ claim }) => claim);
  t.same(claims.sort(), ['ai_edited', 'camera'], 'a generated part makes an edited picture');
});

test("an ingredient's faults are its own, and its claims count for no more than they are worth", async (t) => {
  const broken = tampered(await signed(), 'Flux.2');
  const edit = (bytes: Uint8Array): Promise<Uint8Array> =>
    signed({
      actions: [{ action: 'c2pa.cropped' }],
      ingredients: [{ bytes, relationship: 'parentOf', title: 'source' }],
    });
  const onBroken = await edit(broken);
  const report = await verify(onBroken);
  t.equal(report.validation_state, 'trusted', 'the outer claim is sound');
  const [ingredient] = report.active_manifest?.ingredients ?? [];
  t.equal(ingredient?.validation_state, 'invalid');
  t.ok(ingredient?.validation.some(({ severity }) => severity === 'failure'));
  t.same(await evidenceOf(onBroken), []);
  const onStranger = await edit(await signed({ signer: stranger }));
  t.equal((await verify(onStranger)).active_manifest?.ingredients[0]?.validation_state, 'valid');
  t.match(await evidenceOf(onStranger), [{ claim: 'ai_generated', verified: false }]);
});

test('a trusted capture decides, unless AI came later', async (t) => {
  const decide = async (spec: Partial<ManifestSpec>) => fuse(0.9, await evidenceOf(await signed(spec)));
  t.match(await decide({ actions: [CAPTURE] }), { decidedBy: 'c2pa', aiProbability: 0.001 });
  t.match(await decide({ actions: [CAPTURE, COMPOSITE] }), { decidedBy: 'model', aiProbability: 0.9 });
  t.match(await decide({ actions: [CAPTURE], signer: stranger }), { decidedBy: 'model' });
  const captured = await signed({ actions: [CAPTURE] });
  const history = { bytes: captured, relationship: 'parentOf', title: 'photo' } as const;
  t.match(await decide({ actions: [{ action: 'c2pa.cropped' }], ingredients: [history] }), {
    decidedBy: 'c2pa',
  });
  t.match(await decide({ actions: [COMPOSITE], ingredients: [history] }), { decidedBy: 'model' });
  t.match(await decide({ actions: [AI] }), { decidedBy: 'c2pa', aiProbability: 0.999 });
});

test('training is allowed only where no entry forbids it', async (t) => {
  const training = async (...uses: string[]) => {
    const entries = Object.fromEntries(uses.map((use, i) => [`cawg.ai_training_${i}`, { use }]));
    const file = await signed({ assertions: [{ label: 'cawg.training-mining', data: { entries } }] });
    return (await verify(file)).active_manifest?.ai_disclosure.training_allowed;
  };
  t.equal(await training('allowed'), true);
  t.equal(await training('allowed', 'notAllowed'), false);
});

test('a manifest of 10 MB is read', async (t) => {
  const data = { text: 'x'.repeat(10_000_000) };
  const file = await signed({ assertions: [{ label: 'org.aidet.big', data }] });
  t.ok(file.length > 10_000_000);
  t.equal((await verify(file)).validation_state, 'trusted');
});

test('other files are refused by the rules of detect', async (t) => {
  await t.rejects(verify(new Uint8Array()), { code: 'invalid_request' });
  await t.rejects(verify(Buffer.from('hello')), { code: 'invalid_request' });
  await t.rejects(verify(Buffer.from('%PDF-1.7')), { code: 'image_unsupported_format' });
  t.match(await verify(Buffer.from('BM'.padEnd(60, '\0'))), { c2pa_manifest_present: false });
});

test('trust lists are read again, and the old ones stay where the new can not be used', async (t) => {
  const folder = t.testdir({ 'b.pem': authority.pem, 'a.txt': 'no list' });
  const own = createProvenance({ trustAnchors: [folder], trustKeyUsages: [] });
  t.teardown(() => own.close());
  const file = await signed({ signer: stranger });
  const before = own.trustVersion();
  t.equal((await verify(await signed(), own)).validation_state, 'trusted');
  writeFileSync(join(folder, 'b.pem'), '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n');
  t.throws(() => own.reload(), /b\.pem holds a certificate that can not be read/);
  t.equal((await verify(await signed(), own)).validation_state, 'trusted');
  t.equal(own.trustVersion(), before);
  writeFileSync(join(folder, 'b.pem'), createAuthority({ commonName: 'New', organization: 'New' }).pem);
  own.reload();
  t.not(own.trustVersion(), before);
  t.equal((await verify(await signed(), own)).validation_state, 'valid');
  t.equal((await verify(file, own)).validation_state, 'valid');
  const settings = { trustAnchors: [], trustKeyUsages: [] };
  t.throws(() => createProvenance({ ...settings, trustAnchors: ['/no/such.pem'] }), /can not be read/);
  t.throws(
    () => createProvenance({ ...settings, trustAnchors: [join(folder, 'a.txt')] }),
    /no PEM certificate/,
  );
  t.throws(() => createProvenance({ ...settings, trustKeyUsages: ['emailProtection'] }), /is no OID/);
});
