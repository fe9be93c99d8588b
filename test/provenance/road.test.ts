import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import t, { test } from 'tap';
import { MARKS } from '../../src/provenance/pixels/dwt-dct.js';
import { type ManifestSpec, signPicture } from '../support/c2pa-signer.js';
import { embed } from '../support/dwt-dct-encoder.js';
import { jpegOf, pngOf, scene } from '../support/images.js';
import {
  exifSegment,
  jpegSegment,
  jpegWith,
  pngChunk,
  pngWith,
  TAG,
  tEXt,
} from '../support/metadata-files.js';
import { detect, startTestApp } from '../support/running-app.js';
import { createAuthority, issueSigner } from '../support/x509.js';

const SETTINGS = 'a\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1';
const authority = createAuthority({ commonName: 'Root', organization: 'aidet tests' });
const signer = issueSigner(authority, { commonName: 'Signer', organization: 'Camera works' });
const rootPath = join(t.testdir({ 'root.pem': authority.pem }), 'root.pem');
const app = await startTestApp(t, { c2pa_trust_anchors: [rootPath], verdict_cache_bytes: 10_000_000 });

const picture = await jpegOf(scene(160, 120));
const signed = (actions: ManifestSpec['actions'] = []): Promise<Uint8Array> =>
  signPicture(picture, { signer, actions });
const AI = { action: 'c2pa.created', source: 'trainedAlgorithmicMedia' };
const CAPTURE = { action: 'c2pa.created', source: 'digitalCapture' };

async function send(path: string, body: Uint8Array | string, type: string) {
  const response = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': type },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const usage = async () =>
  (await fetch(`${app.url}/v1/usage`, { headers: { authorization: `Bearer ${app.key}` } })).json();

test('POST /v1/c2pa/verify answers with the whole report and costs no scan', async (t) => {
  const before = (await usage()) as { scans: { used: number } };
  const file = await signed([AI]);
  const raw = await send('/v1/c2pa/verify', file, 'application/octet-stream');
  t.match(raw, {
    status: 200,
    body: {
      c2pa_manifest_present: true,
      validation_state: 'trusted',
      active_manifest: { signer: { organization: 'Camera works' }, ai_disclosure: { ai_generated: true } },
      trust_list: { source: 'root.pem', updated_at: /^\d{4}-/ },
      request_id: /^req_/,
      latency_ms: Number,
    },
  });
  const base64 = JSON.stringify({ image_base64: Buffer.from(file).toString('base64') });
  const json = await send('/v1/c2pa/verify', base64, 'application/json');
  t.same({ ...json.body, request_id: '', latency_ms: 0 }, { ...raw.body, request_id: '', latency_ms: 0 });
  t.match(await send('/v1/c2pa/verify', picture, 'image/jpeg'), {
    status: 200,
    body: { c2pa_manifest_present: false, validation_state: null, active_manifest: null, trust_list: null },
  });
  const avif = await sharp(picture).avif({ effort: 0 }).toBuffer();
  t.match(await send('/v1/c2pa/verify', avif, 'image/avif'), {
    status: 200,
    body: { c2pa_manifest_present: false },
  });
  t.match(await send('/v1/c2pa/verify', '%PDF-1.7', 'application/octet-stream'), {
    status: 400,
    body: { error: { code: 'image_unsupported_format' } },
  });
  t.equal(((await usage()) as typeof before).scans.used, before.scans.used);
});

test('a trusted signature decides the verdict of detect, either way', async (t) => {
  t.match((await detect(app, await signed([AI]))).body, {
    verdict: 'ai_generated',
    decided_by: 'c2pa',
    c2pa_manifest_present: true,
    provenance: [
      { kind: 'c2pa', claim: 'ai_generated', verified: true, trace: 'c2pa_trained_algorithmic_media' },
    ],
  });
  const captured = (await detect(app, await signed([CAPTURE]))).body;
  t.match(captured, {
    verdict: 'authentic',
    decided_by: 'c2pa',
    provenance: [{ claim: 'camera', verified: true }],
  });
  t.ok(captured.ai_probability <= 0.01 && captured.confidence >= 0.99);
});

test('text in the file is a claim: it raises the probability and is not verified', async (t) => {
  const { body } = await detect(app, await pngWith(tEXt('parameters', SETTINGS)));
  t.match(body, {
    verdict: 'ai_generated',
    decided_by: 'metadata',
    c2pa_manifest_present: false,
    provenance: [
      { kind: 'metadata', trace: 'a1111_parameters', source: 'PNG tEXt parameters', verified: false },
    ],
  });
  t.ok(body.ai_probability >= 0.99 && body.model_probability < body.ai_probability);
  const plain = (await detect(app, await pngWith())).body;
  t.match(plain, { decided_by: 'model', provenance: [] });
  t.equal(plain.model_probability, body.model_probability, 'the network sees the same picture');
});

test('a watermark in the pixels is a claim', async (t) => {
  const marked = await pngOf(embed(scene(320, 256), MARKS[0]?.bits ?? []));
  t.match((await detect(app, marked)).body, {
    decided_by: 'watermark',
    provenance: [{ kind: 'watermark', trace: 'watermark_sdxl', generator: 'sdxl', verified: false }],
  });
});

test('camera data decides nothing, and contradictions are told', async (t) => {
  const camera = exifSegment({
    first: { [TAG.Make]: 'Canon', [TAG.Model]: 'EOS 5D' },
    second: { [TAG.Iso]: 100 },
  });
  t.match((await detect(app, await jpegWith(camera))).body, {
    decided_by: 'model',
    provenance: [{ kind: 'camera', verified: false }],
  });
  const { body } = await detect(app, await jpegWith(camera, jpegSegment(0xfe, Buffer.from(SETTINGS))));
  t.match(body, { decided_by: 'metadata', provenance: [{ kind: 'metadata' }, { kind: 'camera' }] });
  t.ok(body.reliability.reasons.some((reason: string) => /contradict each other/.test(reason)));
  t.match(body.provenance[0].explanation, /Contradicted by: EXIF Make, Model\.$/);
});

test('an image whose manifest is garbage is judged all the same', async (t) => {
  const { status, body } = await detect(app, await pngWith(pngChunk('caBX', Buffer.alloc(200, 7))));
  t.equal(status, 200);
  t.match(body, { c2pa_manifest_present: true, decided_by: 'model', provenance: [] });
});

test('a new trust list makes new verdicts, whatever was cached', async (t) => {
  const other = createAuthority({ commonName: 'Other', organization: 'Other' });
  const path = join(t.testdir({ 'list.pem': other.pem }), 'list.pem');
  const own = await startTestApp(t, { c2pa_trust_anchors: [path], verdict_cache_bytes: 10_000_000 });
  const file = await signed([AI]);
  t.match((await detect(own, file)).body, { cached: false, provenance: [{ verified: false }] });
  t.match((await detect(own, file)).body, { cached: true, provenance: [{ verified: false }] });
  writeFileSync(path, authority.pem);
  own.reload();
  t.match((await detect(own, file)).body, {
    cached: false,
    decided_by: 'c2pa',
    provenance: [{ verified: true }],
  });
});
