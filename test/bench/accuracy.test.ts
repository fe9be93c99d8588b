import fc from 'fast-check';
import t from 'tap';
import { areaUnderCurve, type Judged, score } from '../../bench/accuracy.js';

const judged = (generated: boolean, probability: number): Judged => ({
  generated,
  probability,
  verdictGenerated: probability >= 0.5,
  source: 's',
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
  const { truePositiveRate, falsePositiveRate, balancedAccuracy } = score(list);
  t.equal(truePositiveRate, 1 / 2);
  t.equal(falsePositiveRate, 1 / 3);
  t.ok(Math.abs(balancedAccuracy - 7 / 12) < 1e-12);
});
