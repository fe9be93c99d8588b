import { test } from 'tap';
import { type CachedLook, VerdictCache } from '../../src/pipeline/verdict-cache.js';

function look(pngBytes: number): CachedLook {
  const measurement = { heatmapPng: new Uint8Array(pngBytes), grid: null, evidence: [] };
  return {
    measurement,
    c2pa: { present: false, evidence: [] },
    forensics: null,
    memo: {},
  } as unknown as CachedLook;
}

test('entries end by time', async (t) => {
  let now = 0;
  const cache = new VerdictCache({ bytesMax: 1e6, ttlMs: 100 }, () => now);
  cache.put('a', look(0));
  now = 99;
  t.ok(cache.get('a'));
  now = 100;
  t.notOk(cache.get('a'));
});

test('whoever asks may want a shorter life', async (t) => {
  let now = 0;
  const cache = new VerdictCache({ bytesMax: 1e6, ttlMs: 100 }, () => now);
  cache.put('a', look(0));
  now = 50;
  t.ok(cache.get('a', 51));
  t.ok(cache.get('a', 1000));
  t.notOk(cache.get('a', 50));
  t.notOk(cache.get('a'), 'what is too old for its owner is let go');
  cache.put('a', look(0));
  now = 150;
  t.notOk(cache.get('a', 1000), 'but not a longer one');
});

test('over its size the least recently used goes first; what is too large is not kept', async (t) => {
  const cache = new VerdictCache({ bytesMax: 30_000, ttlMs: 100 }, () => 0);
  cache.put('a', look(8000));
  cache.put('b', look(8000));
  t.ok(cache.get('a'));
  cache.put('c', look(8000));
  t.notOk(cache.get('b'));
  t.ok(cache.get('a'));
  cache.put('huge', look(40_000));
  t.notOk(cache.get('huge'));
  t.ok(cache.get('c'));
});
