import fc from 'fast-check';
import { test } from 'tap';
import { conclude } from '../../src/domain/conclude.js';
import { DEFAULT_DETECT_OPTIONS, type Evidence, type Measurement } from '../../src/domain/types.js';

const none = { present: false, evidence: [] };

function measured(modelProbability: number): Measurement {
  return {
    image: { sha256: '0', format: 'png', width: 32, height: 16, bytes: 1, pages: 1 },
    model: { id: 'm', version: '1.0.0' },
    defaultThreshold: 0.5,
    modelProbability,
    generators: { flux: 0.75, other: 0.25 },
    grid: { rows: 1, cols: 2, cellPx: 16, coverage: 1, values: [[0.2, 0.9]] },
    heatmapPng: null,
    evidence: [],
    secondLooks: [],
    reservations: { level: 'high', reasons: [] },
    times: { queueMs: 0, decodeMs: 0, inferMs: 0, renderMs: 0 },
  };
}

test("the verdict is ai_generated from the threshold on, the confidence is the verdict's own", async (t) => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(unit, fc.option(unit), (probability, modelThreshold) => {
      const seen = conclude(measured(probability), none, { ...DEFAULT_DETECT_OPTIONS, modelThreshold });
      const generated = probability >= (modelThreshold ?? 0.5);
      return (
        seen.verdict === (generated ? 'ai_generated' : 'authentic') &&
        seen.confidence === (generated ? probability : 1 - probability) &&
        seen.threshold === (modelThreshold ?? 0.5) &&
        seen.modelProbability === probability &&
        seen.aiProbability === probability &&
        seen.decidedBy === 'model'
      );
    }),
  );
  t.pass();
});

test('a probability equal to the threshold is over it', async (t) => {
  const at = (modelThreshold: number | null) =>
    conclude(measured(0.5), none, { ...DEFAULT_DETECT_OPTIONS, modelThreshold }).verdict;
  t.equal(at(null), 'ai_generated');
  t.equal(at(0.5), 'ai_generated');
  t.equal(at(0.5 + Number.EPSILON), 'authentic');
});

test('attribution: null unless asked for, empty where authentic', async (t) => {
  const asked = { ...DEFAULT_DETECT_OPTIONS, includeAttribution: true };
  t.equal(conclude(measured(0.9), none, DEFAULT_DETECT_OPTIONS).attribution, null);
  t.same(conclude(measured(0.1), none, asked).attribution, {});
  t.same(conclude(measured(0.9), none, asked).attribution, { flux: 0.75, other: 0.25 });
});

test('regions follow the threshold that was asked for', async (t) => {
  const at = (modelThreshold: number) =>
    conclude(measured(0.9), none, { ...DEFAULT_DETECT_OPTIONS, modelThreshold }).heatmap?.regions;
  t.same(at(0.5), [{ x: 16, y: 0, width: 16, height: 16, score: 0.9 }]);
  t.same(at(0.95), []);
});

test('second looks change trust alone: never verdict, probability or confidence', async (t) => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      unit,
      fc.array(unit, { minLength: 1, maxLength: 3 }),
      unit,
      (p, secondLooks, modelThreshold) => {
        const options = { ...DEFAULT_DETECT_OPTIONS, modelThreshold };
        const { stability, reliability, ...rest } = conclude({ ...measured(p), secondLooks }, none, options);
        const { stability: absent, reliability: before, ...alone } = conclude(measured(p), none, options);
        const agree = secondLooks.every((q) => q >= modelThreshold === p >= modelThreshold);
        const levels = ['low', 'medium', 'high'];
        const lost = levels.indexOf(before.level) - levels.indexOf(reliability.level);
        return (
          absent === null &&
          JSON.stringify(rest) === JSON.stringify(alone) &&
          stability?.agree === agree &&
          stability.looks === secondLooks.length &&
          lost === (agree ? 0 : 1)
        );
      },
    ),
  );
  t.pass();
});

test('where evidence decides, the network in doubt says nothing about trust', async (t) => {
  const proof: Evidence = {
    kind: 'c2pa',
    source: 'here',
    trace: 'c2pa_x',
    generator: null,
    claim: 'ai_generated',
    verified: true,
    explanation: 'signed',
  };
  const seen = conclude(
    { ...measured(0.6), secondLooks: [0.4] },
    { present: true, evidence: [proof] },
    DEFAULT_DETECT_OPTIONS,
  );
  t.equal(seen.decidedBy, 'c2pa');
  t.match(seen.stability, { looks: 1, agree: false });
  t.same(seen.reliability, { level: 'high', reasons: [] });
});
