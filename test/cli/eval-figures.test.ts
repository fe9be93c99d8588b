import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import {
  areaUnderCurve,
  calibrationError,
  figures,
  type Judged,
  rates,
  share,
  tprAtFpr,
} from '../../src/cli/eval-figures.js';

const judged = (generated: boolean, probability: number, source = 's'): Judged => ({
  generated,
  probability,
  verdictGenerated: probability >= 0.5,
  source,
});

/** Every pair of a generated and an authentic image, one after the other. */
function slowArea(list: Judged[]): number {
  let sum = 0;
  let pairs = 0;
  for (const ai of list.filter((j) => j.generated)) {
    for (const real of list.filter((j) => !j.generated)) {
      pairs++;
      sum += ai.probability > real.probability ? 1 : ai.probability === real.probability ? 0.5 : 0;
    }
  }
  return sum / pairs;
}

t.test('the area under the curve is the share of pairs in order, ties half', async (t) => {
  const few = fc.integer({ min: 0, max: 5 }).map((n) => n / 5);
  fc.assert(
    fc.property(fc.array(few, { minLength: 1 }), fc.array(few, { minLength: 1 }), (ai, real) => {
      const list = [...ai.map((p) => judged(true, p)), ...real.map((p) => judged(false, p))];
      return Math.abs(areaUnderCurve(list) - slowArea(list)) < 1e-12;
    }),
  );
  t.equal(areaUnderCurve([judged(true, 0.9), judged(false, 0.1)]), 1);
  t.equal(areaUnderCurve([judged(true, 0.1), judged(false, 0.9)]), 0);
});

t.test('rates are of each class', async (t) => {
  const list = [
    judged(true, 0.9),
    judged(true, 0.4),
    judged(false, 0.6),
    judged(false, 0.2),
    judged(false, 0.1),
  ];
  const { truePositiveRate, falsePositiveRate, balancedAccuracy } = rates(list);
  t.equal(truePositiveRate, 1 / 2);
  t.equal(falsePositiveRate, 1 / 3);
  t.ok(Math.abs(balancedAccuracy - 7 / 12) < 1e-12);
});

t.test('the rate at a false positive rate takes the lowest threshold that keeps it', async (t) => {
  const authentic = Array.from({ length: 100 }, (_, i) => judged(false, i / 100));
  const list = [...authentic, judged(true, 0.945), judged(true, 0.935), judged(true, 0.999)];
  t.equal(tprAtFpr(list, 0.05), 2 / 3, 'five of a hundred lie above 0.94');
  t.equal(tprAtFpr(list, 0.01), 1 / 3);
});

t.test('a probability that is the share of generated images is calibrated', async (t) => {
  const list = [0.25, 0.25, 0.25, 0.75].map((p) => judged(false, p));
  list.push(...[0.25, 0.75, 0.75, 0.75].map((p) => judged(true, p)));
  t.ok(calibrationError(list) < 1e-12);
  t.ok(Math.abs(calibrationError([judged(true, 0), judged(false, 1)]) - 1) < 1e-12);
});

t.test('intervals resample sources: a source of many alike images is one draw', async (t) => {
  const list = [
    ...Array.from({ length: 50 }, () => judged(true, 0.9, 'seen')),
    ...Array.from({ length: 50 }, () => judged(true, 0.1, 'missed')),
    ...Array.from({ length: 100 }, (_, i) => judged(false, 0.2, `real${i}`)),
  ];
  const { truePositiveRate, truePositiveRate95, falsePositiveRate95 } = figures(list);
  t.equal(truePositiveRate, 0.5);
  t.same(truePositiveRate95, [0, 1]);
  t.same(falsePositiveRate95, [0, 0]);
});

t.test('the figures are those of the Python twin', async (t) => {
  const path = fileURLToPath(new URL('../../../test/fixtures/figures.json', import.meta.url));
  const shared = JSON.parse(await readFile(path, 'utf8'));
  const list = shared.generated.map((g: number, i: number) => judged(g === 1, shared.probability[i]));
  const same = (seen: number, expected: number) => t.ok(Math.abs(seen - expected) < 1e-12, `${seen}`);
  same(areaUnderCurve(list), shared.auc);
  same(calibrationError(list), shared.calibration_error);
  same(tprAtFpr(list, 0.05), shared.tpr_at_5_fpr);
  same(tprAtFpr(list, 0.01), shared.tpr_at_1_fpr);
  same(rates(list).balancedAccuracy, shared.balanced_accuracy_at_half);
});

t.test('a share and its interval by source', async (t) => {
  const list = [
    judged(true, 0.9, 'a'),
    judged(true, 0.1, 'b'),
    judged(false, 0.9, 'c'),
    judged(false, 0.9, 'c'),
  ];
  const { share: found, interval } = share(list, (j) => j.probability > 0.5);
  t.equal(found, 0.75);
  t.same(interval, [0.5, 1], 'all draws of a and b, with the one authentic source');
});
