import fc from 'fast-check';
import { test } from 'tap';
import { conclude } from '../../src/domain/conclude.js';
import { fuse } from '../../src/domain/evidence.js';
import { limitedBy } from '../../src/domain/reliability.js';
import { DEFAULT_DETECT_OPTIONS, type Evidence, type Measurement } from '../../src/domain/types.js';

const piece = (given: Partial<Evidence>): Evidence => ({
  kind: 'metadata',
  source: 'PNG tEXt parameters',
  trace: 'a1111_parameters',
  generator: null,
  claim: 'ai_generated',
  verified: false,
  explanation: 'The file says so.',
  ...given,
});
const signedAi = piece({
  kind: 'c2pa',
  source: 'C2PA active manifest',
  generator: 'firefly',
  verified: true,
});
const signedCapture = piece({
  kind: 'c2pa',
  source: 'C2PA active manifest',
  claim: 'camera',
  verified: true,
});
const signedEdit = piece({ kind: 'c2pa', source: 'C2PA ingredient', claim: 'ai_edited', verified: true });
const workflow = piece({});
const watermark = piece({ kind: 'watermark', source: 'pixels' });
const exif = piece({ kind: 'camera', source: 'EXIF Make, Model', claim: 'camera' });

test('no evidence leaves the answer to the model', async (t) => {
  t.match(fuse(0.37, []), { aiProbability: 0.37, decidedBy: 'model', provenance: [], contradictions: [] });
});

test('a trusted signature decides, whatever model and other traces say', async (t) => {
  const generated = fuse(0.01, [exif, workflow, signedAi]);
  t.ok(generated.aiProbability >= 0.99);
  t.equal(generated.decidedBy, 'c2pa');
  const captured = fuse(0.99, [workflow, watermark, signedCapture]);
  t.ok(captured.aiProbability <= 0.01);
  t.equal(captured.decidedBy, 'c2pa');
  t.ok(captured.contradictions.length > 0, 'and the trace is told');
});

test('a signed capture with AI actions in its history does not decide', async (t) => {
  for (const edit of [signedEdit, { ...signedEdit, verified: false }]) {
    t.match(fuse(0.4, [signedCapture, edit]), { aiProbability: 0.4, decidedBy: 'model' });
  }
  const composite = fuse(0.4, [signedCapture, signedAi]);
  t.ok(composite.aiProbability >= 0.99, 'a generated part that is proven outweighs the capture');
});

test('claims raise the probability and stay unverified', async (t) => {
  for (const claim of [workflow, watermark, { ...signedAi, verified: false }]) {
    const fused = fuse(0.02, [claim]);
    t.ok(fused.aiProbability >= 0.99);
    t.equal(fused.decidedBy, claim.kind);
    t.equal(fused.provenance[0]?.verified, false);
  }
  t.equal(fuse(0.997, [workflow]).aiProbability, 0.997, 'never lowers a surer model');
  t.equal(fuse(0, [watermark, workflow]).decidedBy, 'metadata');
  t.ok(fuse(0, [signedAi]).aiProbability > fuse(0, [workflow]).aiProbability, 'proof above claim');
});

test('EXIF and an unproven capture never override', async (t) => {
  t.match(fuse(0.8, [exif]), { aiProbability: 0.8, decidedBy: 'model' });
  const unknownSigner = { ...signedCapture, verified: false };
  t.match(fuse(0.8, [unknownSigner]), { aiProbability: 0.8, decidedBy: 'model' });
  t.equal(fuse(0.1, [exif, workflow]).decidedBy, 'metadata');
});

test('an AI edit is reported and leaves the decision to the model', async (t) => {
  const fused = fuse(0.2, [signedEdit, exif]);
  t.match(fused, { aiProbability: 0.2, decidedBy: 'model', contradictions: [] });
  t.equal(fused.provenance.length, 2);
});

test('contradictions are told on both sides and limit reliability', async (t) => {
  const fused = fuse(0.5, [exif, workflow]);
  t.same(fused.contradictions, ['PNG tEXt parameters and EXIF Make, Model contradict each other']);
  t.match(fused.provenance[0]?.explanation, /Contradicted by: EXIF Make, Model\.$/);
  t.match(fused.provenance[1]?.explanation, /Contradicted by: PNG tEXt parameters\.$/);
  const midjourney = piece({ generator: 'midjourney', source: 'XMP' });
  t.equal(fuse(0.5, [midjourney, { ...watermark, generator: 'flux' }]).contradictions.length, 1);
  t.equal(fuse(0.5, [midjourney, { ...watermark, generator: 'midjourney_6' }]).contradictions.length, 0);
  t.equal(
    fuse(0.5, [midjourney, watermark]).contradictions.length,
    0,
    'an unnamed generator contradicts none',
  );
  const high = { level: 'high', reasons: [] } as const;
  t.equal(limitedBy({ ...high, reasons: [] }, []).level, 'high');
  t.match(limitedBy({ ...high, reasons: [] }, fused.contradictions), {
    level: 'medium',
    reasons: fused.contradictions,
  });
});

test('for any evidence: bounds, nothing lost, order of the input without effect on the decision', async (t) => {
  const anyPiece = fc.record(
    {
      kind: fc.constantFrom<Evidence['kind']>('c2pa', 'metadata', 'watermark', 'camera'),
      source: fc.string(),
      trace: fc.string(),
      generator: fc.constantFrom(null, 'flux', 'flux_1', 'midjourney'),
      claim: fc.constantFrom<Evidence['claim']>('ai_generated', 'ai_edited', 'camera'),
      verified: fc.boolean(),
      explanation: fc.string(),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.array(anyPiece, { maxLength: 6 }),
      (probability, evidence) => {
        const before = structuredClone(evidence);
        const fused = fuse(probability, evidence);
        t.strictSame(evidence, before, 'pure');
        if (fused.decidedBy === 'model') t.equal(fused.aiProbability, probability);
        else t.ok(fused.aiProbability >= 0.99 || fused.aiProbability <= 0.01);
        t.same(fused.provenance.map((p) => p.trace).sort(), evidence.map((p) => p.trace).sort());
        const turned = fuse(probability, [...evidence].reverse());
        t.equal(turned.aiProbability, fused.aiProbability);
        t.equal(turned.decidedBy, fused.decidedBy);
        t.equal(turned.contradictions.length, fused.contradictions.length);
      },
    ),
  );
});

test('conclude shows what the evidence made of the measurement', async (t) => {
  const measured: Measurement = {
    image: { sha256: '', format: 'png', width: 512, height: 512, bytes: 9, pages: 1 },
    model: { id: 'm', version: '1' },
    defaultThreshold: 0.5,
    modelProbability: 0.2,
    generators: { flux: 0.7, other: 0.3 },
    grid: null,
    heatmapPng: null,
    evidence: [exif, workflow],
    secondLooks: [],
    reservations: { level: 'high', reasons: [] },
    times: { queueMs: 0, decodeMs: 0, inferMs: 0, renderMs: 0 },
  };
  const detection = conclude(measured, { present: false, evidence: [] }, DEFAULT_DETECT_OPTIONS);
  t.match(detection, {
    verdict: 'ai_generated',
    decidedBy: 'metadata',
    modelProbability: 0.2,
    c2paManifestPresent: false,
    reliability: { level: 'medium' },
  });
  const waiting = { present: true, evidence: [], unverified: 'it was not looked at' };
  t.match(conclude({ ...measured, evidence: [] }, waiting, DEFAULT_DETECT_OPTIONS), {
    decidedBy: 'model',
    c2paManifestPresent: true,
    reliability: { level: 'medium', reasons: ['it was not looked at'] },
  });
  const capture = conclude(measured, { present: true, evidence: [signedCapture] }, DEFAULT_DETECT_OPTIONS);
  t.match(capture, { verdict: 'authentic', decidedBy: 'c2pa', c2paManifestPresent: true });
  t.ok(capture.confidence >= 0.99);
});
