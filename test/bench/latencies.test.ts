import fc from 'fast-check';
import t from 'tap';
import { Latencies, quantile } from '../../bench/load/latencies.js';
import { poissonGapMs, seededRandom } from '../../bench/random.js';
import { spreadOf } from '../../bench/report.js';

/** The definition, word by word: the least value that at least a share q of all do not exceed. */
function slowQuantile(values: number[], q: number): number {
  const candidates = values.filter((v) => values.filter((w) => w <= v).length >= q * values.length);
  return Math.min(...candidates);
}

t.test('quantiles are those of the definition', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1),
      (values, q) =>
        quantile(
          values.toSorted((a, b) => a - b),
          q,
        ) === slowQuantile(values, q),
    ),
  );
  t.pass('random lists');
});

t.test('keeps every sample', async (t) => {
  const latencies = new Latencies();
  t.equal(latencies.summary(), null, 'no sample, no figure');
  for (let i = 5000; i >= 1; i--) latencies.add(i);
  t.match(latencies.summary(), { count: 5000, meanMs: 2500.5, p50Ms: 2500, p99Ms: 4950, maxMs: 5000 });
});

t.test('arrivals have the rate that was asked for, and the same seed gives the same ones', async (t) => {
  const random = seededRandom(7);
  const gaps = Array.from({ length: 20_000 }, () => poissonGapMs(random, 50));
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((a, g) => a + (g - mean) ** 2, 0) / gaps.length);
  t.ok(Math.abs(mean - 20) < 0.5, `mean gap ${mean} ms`);
  t.ok(Math.abs(deviation - mean) < 0.6, 'an exponential distribution deviates by its mean');
  const again = seededRandom(7);
  t.same(
    gaps.slice(0, 5),
    Array.from({ length: 5 }, () => poissonGapMs(again, 50)),
  );
});

t.test('spread', async (t) => {
  t.same(spreadOf([3, 1, 2]), { min: 1, median: 2, max: 3 });
  t.same(spreadOf([4, 1, 2, 3]), { min: 1, median: 2.5, max: 4 });
});
