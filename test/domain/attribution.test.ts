import fc from 'fast-check';
import { test } from 'tap';
import { generatorDistribution, presentAttribution } from '../../src/domain/attribution.js';

test('the distribution is the softmax of the mean logits over tiles', async (t) => {
  const ids = ['flux', 'sdxl', 'other'];
  const logits = Float32Array.from([1, 2, 3, 3, 2, 1]);
  const even = generatorDistribution(logits, ids);
  for (const id of ids) t.ok(Math.abs((even[id] as number) - 1 / 3) < 1e-12, id);
  const sharp = generatorDistribution(Float32Array.from([0, Math.log(3), 0]), ids);
  t.ok(Math.abs((sharp.sdxl as number) - 0.6) < 1e-6);
});

test('logits of any size give probabilities', async (t) => {
  const logit = fc.float({ min: Math.fround(-1e30), max: Math.fround(1e30), noNaN: true });
  fc.assert(
    fc.property(fc.array(logit, { minLength: 4, maxLength: 4 }), (logits) => {
      const values = Object.values(generatorDistribution(Float32Array.from(logits), ['a', 'b', 'c', 'd']));
      const sum = values.reduce((s, v) => s + v, 0);
      return values.every((v) => v >= 0 && v <= 1) && Math.abs(sum - 1) < 1e-9;
    }),
  );
  t.pass();
});

test('what is shown: the five likeliest and the rest as other, largest first, sum 1', async (t) => {
  const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(weights, (given) => {
      const total = given.reduce((s, w) => s + w, 0);
      if (total === 0) return true;
      const distribution = Object.fromEntries(given.map((w, i) => [i === 0 ? 'other' : `g${i}`, w / total]));
      const shown = Object.entries(presentAttribution(distribution));
      const values = shown.map(([, p]) => p);
      const named = shown.filter(([id]) => id !== 'other');
      const smallestNamed = Math.min(...named.map(([, p]) => p));
      const names = new Set(named.map(([id]) => id));
      const hidden = Object.entries(distribution).filter(([id]) => id !== 'other' && !names.has(id));
      return (
        named.length === Math.min(5, given.length - 1) &&
        shown.some(([id]) => id === 'other') &&
        Math.abs(values.reduce((s, p) => s + p, 0) - 1) < 1e-9 &&
        values.every((p, i) => p >= 0 && p <= (values[i - 1] ?? 1)) &&
        hidden.every(([, p]) => p <= smallestNamed)
      );
    }),
  );
  t.pass();
});
