import { test } from 'tap';
import { seededRandom } from '../../bench/random.js';
import { localLevels, windowQuantiles } from '../../src/forensics/local-levels.js';

test('quantiles of windows are those of their 16 sorted blocks', (t) => {
  const random = seededRandom(6);
  for (const [cols, rows] of [
    [4, 4],
    [9, 7],
    [3, 12],
    [2, 2],
  ] as const) {
    // Of few kinds, so that many are equal.
    const values = Float32Array.from({ length: cols * rows }, () => Math.floor(8 * random()) - 4);
    for (const share of [0, 0.25, 0.5, 1]) {
      const windows = { cols: Math.floor(cols / 2) - 1, rows: Math.floor(rows / 2) - 1 };
      const expected = Array.from({ length: windows.cols * windows.rows }, (_, w) => {
        const [left, top] = [2 * (w % windows.cols), 2 * Math.floor(w / windows.cols)];
        const inside = Array.from(
          { length: 16 },
          (_, i) => values[(top + (i >> 2)) * cols + left + (i & 3)] as number,
        );
        return inside.sort((a, b) => a - b)[Math.min(15, 16 * share)];
      });
      t.same(Array.from(windowQuantiles({ values, cols, rows }, share)), expected);
    }
  }
  t.end();
});

test('a level off the relation to its covariate stands out, whatever the sign of the covariate', (t) => {
  const random = seededRandom(7);
  const windows = 200;
  // Negative and positive covariates, some of them equal.
  const covariate = Float32Array.from({ length: windows }, () => Math.round(20 * random() - 10) / 2);
  const level = covariate.map((v) => 2 * Math.abs(v) + 0.1 * (random() - 0.5));
  level[42] = (level[42] as number) + 6;
  const { scores, residuals } = localLevels(level, covariate, (w) => w !== 17, { cols: 20, rows: 10 }, 0.1);
  t.ok(Number.isNaN(scores[17]) && Number.isNaN(residuals[17]), 'what is not judged is left out');
  const judged = Array.from(scores.keys()).filter((w) => w !== 17);
  t.equal(
    judged.reduce((best, w) => ((scores[w] as number) > (scores[best] as number) ? w : best)),
    42,
  );
  t.ok(Math.abs((residuals[42] as number) - 6) < 2);
  t.ok(
    judged.every((w) => w === 42 || Math.abs(residuals[w] as number) < 1.6),
    'the others follow it, up to half bins at its ends and its bend',
  );
  t.end();
});
