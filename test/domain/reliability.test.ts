import { test } from 'tap';
import { assessReliability, nearThreshold, unstable } from '../../src/domain/reliability.js';

const large = { width: 1024, height: 1024, pages: 1, tile: 256, coverage: 1 };

test('nothing to say about an ordinary image', async (t) => {
  t.same(assessReliability(large), { level: 'high', reasons: [] });
});

test('the limits themselves are large enough', async (t) => {
  const side = (px: number) => assessReliability({ ...large, width: px, height: px }).level;
  t.same([63, 64, 255, 256].map(side), ['low', 'medium', 'medium', 'high']);
  t.equal(assessReliability({ ...large, coverage: 0.5 }).level, 'high');
});

test('small images, thin coverage and further pages are said, the worst sets the level', async (t) => {
  const tiny = assessReliability({ ...large, width: 1, height: 1 });
  t.equal(tiny.level, 'low');
  t.match(tiny.reasons, [/tiny \(1x1 px\)/]);
  t.match(assessReliability({ ...large, width: 255 }), {
    level: 'medium',
    reasons: [/smaller than one tile/],
  });
  t.match(assessReliability({ ...large, coverage: 0.2 }), { level: 'medium', reasons: [/20 %/] });
  t.match(assessReliability({ ...large, pages: 3 }), { level: 'high', reasons: [/first of 3 pages/] });
  const all = assessReliability({ width: 63, height: 300, pages: 2, tile: 256, coverage: 0.4 });
  t.equal(all.level, 'low');
  t.equal(all.reasons.length, 3);
});

test('a probability close to the threshold lowers the level by one at most', async (t) => {
  const high = { level: 'high', reasons: [] } as const;
  t.match(nearThreshold({ ...high, reasons: [] }, 0.55, 0.5), {
    level: 'medium',
    reasons: [/0\.550 .* 0\.5/],
  });
  t.same(nearThreshold({ ...high, reasons: [] }, 0.75, 0.5), high);
  t.equal(nearThreshold({ level: 'low', reasons: ['x'] }, 0.5, 0.5).level, 'low');
});

test('second looks that disagree cost one level, with the probabilities they saw', async (t) => {
  const looks = { looks: 2, min: 0.41, max: 0.62, agree: false };
  t.match(unstable({ level: 'high', reasons: [] }, looks), {
    level: 'medium',
    reasons: [/another verdict \(probabilities 0\.410 to 0\.620\)/],
  });
  t.match(unstable({ level: 'medium', reasons: ['x'] }, looks), { level: 'low', reasons: ['x', String] });
  t.equal(unstable({ level: 'low', reasons: [] }, looks).level, 'low');
  const base = { level: 'high' as const, reasons: [] };
  t.equal(unstable(base, { ...looks, agree: true }), base);
  t.equal(unstable(base, null), base);
});
