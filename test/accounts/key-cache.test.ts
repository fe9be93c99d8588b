import { test } from 'tap';
import { KeyCache, type KnownKey } from '../../src/accounts/key-cache.js';

const known = {} as KnownKey;

test('beyond its size the least recently used goes', async (t) => {
  const cache = new KeyCache(3);
  for (const name of ['a', 'b', 'c']) cache.put(name, known);
  cache.get('a');
  cache.put('d', known);
  t.same(
    ['a', 'b', 'c', 'd'].map((name) => cache.get(name) !== undefined),
    [true, false, true, true],
  );
  cache.clear();
  t.equal(cache.get('a'), undefined);
});
