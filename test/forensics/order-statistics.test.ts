import fc from 'fast-check';
import { test } from 'tap';
import { seededRandom } from '../../bench/random.js';
import { centreAndSpread, median, quantile, select } from '../../src/forensics/order-statistics.js';

test('selection gives what sorting gives, whatever the values', (t) => {
  const values = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
      const sorted = Float64Array.from(list).sort();
      const place = Math.min(list.length - 1, Math.floor(share * list.length));
      const expected = sorted[place] as number;
      // Zeros of both signs are equal here, but not in sorting.
      return quantile(list, share) === expected && select(Float64Array.from(list), place) === expected;
    }),
  );
  t.pass();
  t.end();
});

test('so it does of many values, whose pivots come from a sample', (t) => {
  const random = seededRandom(4);
  const lists: Record<string, (i: number) => number> = {
    random: () => random() - 0.5,
    'in order': (i) => i,
    'in reverse': (i) => -i,
    'of few kinds': () => Math.floor(3 * random()),
    'all the same': () => 7,
    'one apart': (i) => (i === 900 ? 1 : 0),
  };
  for (const [name, value] of Object.entries(lists)) {
    const list = Float64Array.from({ length: 4321 }, (_, i) => value(i));
    const sorted = Float64Array.from(list).sort();
    for (const place of [0, 1, 1000, 2160, 4319, 4320])
      t.equal(select(Float64Array.from(list), place), sorted[place], `${name}, ${place}`);
  }
  t.end();
});

test('centre and spread', (t) => {
  t.same(centreAndSpread([]), { centre: 0, spread: 0 });
  t.same(centreAndSpread([5]), { centre: 5, spread: 0 });
  t.same(centreAndSpread([1, 2, 3, 4, 100]), { centre: 3, spread: 1.4826 });
  t.equal(median([]), 0);
  const list = [3, 1, 2];
  median(list);
  t.same(list, [3, 1, 2], 'and the argument is left as it was');
  t.end();
});
