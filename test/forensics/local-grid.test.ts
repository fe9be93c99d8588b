import { test } from 'tap';
import { seededRandom } from '../../bench/random.js';
import { localGrid } from '../../src/forensics/local-grid.js';

const [COLS, ROWS] = [12, 10];

/** Noise everywhere, the picture's own grid at (0, 0) outside of a part of 4 x 4 cells, another at (3, 5) inside. */
function cells(inside: [number, number] | null): Float32Array {
  const random = seededRandom(1);
  const out = new Float32Array(COLS * ROWS * 16);
  for (let cell = 0; cell < COLS * ROWS; cell++) {
    const [x, y] = [cell % COLS, Math.floor(cell / COLS)];
    const isPart = inside !== null && x >= 4 && x < 8 && y >= 3 && y < 7;
    const phases = isPart ? inside : [0, 0];
    for (let axis = 0; axis < 2; axis++) {
      for (let phase = 0; phase < 8; phase++)
        out[(cell * 2 + axis) * 8 + phase] = 0.3 * (random() - 0.5) + (phases[axis as 0] === phase ? 0.8 : 0);
    }
  }
  return out;
}

function looked(inside: [number, number] | null) {
  const grid = localGrid({
    cells: cells(inside),
    width: COLS * 32 + 7,
    height: ROWS * 32,
    mainX: 0,
    mainY: 0,
  });
  if (grid === null) throw new Error('too small');
  return grid;
}

test('windows of another grid stand out, with its offset', (t) => {
  const { cols, rows, scores, offsets } = looked([3, 5]);
  t.same([cols, rows], [COLS - 1, ROWS - 1]);
  const flagged = Array.from(scores.keys()).filter((w) => (scores[w] as number) > 4);
  const within = (w: number, from: number, to: number): boolean => {
    const [x, y] = [w % cols, Math.floor(w / cols)];
    return x >= 4 + from && x <= 6 + to && y >= 3 + from && y <= 5 + to;
  };
  t.equal(flagged.filter((w) => within(w, 0, 0)).length, 9, 'all windows that lie wholly within the part');
  t.ok(
    flagged.every((w) => within(w, -1, 1)),
    'and none that does not touch it',
  );
  t.ok(flagged.every((w) => offsets[w] === 3 * 8 + 5));
  t.end();
});

test('what the own blocks leave a quarter from both their ends is no grid', (t) => {
  const both = cells([2, 6]);
  for (let i = 0; i < COLS * ROWS * 2; i++) {
    const [here, other] = [i * 8 + 2, i * 8 + 6];
    const most = Math.max(both[here] as number, both[other] as number);
    both.fill(most, here, here + 1).fill(most, other, other + 1);
  }
  const size = { width: COLS * 32 + 7, height: ROWS * 32, mainX: 0, mainY: 0 };
  t.ok(localGrid({ cells: both, ...size })?.scores.every((score) => score < 2.5));
  t.ok(
    localGrid({ cells: cells([2, 6]), ...size })?.scores.some((score) => score > 4),
    'at one end it is',
  );
  t.end();
});

test('one grid everywhere, one shifted along an axis alone, too few windows: nothing', (t) => {
  t.ok(looked(null).scores.every((score) => score < 4));
  t.ok(looked([0, 5]).scores.every((score) => score < 4));
  t.equal(localGrid({ cells: cells(null), width: 100, height: 90, mainX: 0, mainY: 0 }), null);
  t.end();
});
