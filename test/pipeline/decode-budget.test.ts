import fc from 'fast-check';
import t, { test } from 'tap';
import { DecodeBudget } from '../../src/pipeline/decode-budget.js';

const MIB = 1 << 20;
const never = () => false;

// A wait on shared memory does not keep a process alive; a worker has its port for that.
const alive = setInterval(() => {}, 1000);
t.teardown(() => clearInterval(alive));

test('what fits is taken at once; what does not waits until others have given back', async (t) => {
  const shared = DecodeBudget.shared();
  const [one, other] = [new DecodeBudget(shared, 10 * MIB), new DecodeBudget(shared, 10 * MIB)];
  t.ok(await one.take(6 * MIB, never));
  let got = false;
  const waiting = other.take(6 * MIB, never).then((taken) => {
    got = taken;
  });
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(got);
  one.giveBack(6 * MIB);
  await waiting;
  t.ok(got);
  other.giveBack(6 * MIB);
  t.equal(shared[0], 0);
});

test('an image larger than the whole budget goes alone', async (t) => {
  const budget = new DecodeBudget(DecodeBudget.shared(), MIB);
  t.ok(await budget.take(100 * MIB, never));
  let cancelled = false;
  const second = budget.take(1, () => cancelled);
  cancelled = true;
  t.notOk(await second, 'nothing beside it');
  budget.giveBack(100 * MIB);
  t.ok(await budget.take(MIB, never));
});

test('whatever is asked for, in whatever order: never more than the budget, and nothing stays taken', async (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 * MIB }), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(sizes, async (asked) => {
      const shared = DecodeBudget.shared();
      const budget = new DecodeBudget(shared, 4 * MIB);
      let most = 0;
      await Promise.all(
        asked.map(async (bytes) => {
          await budget.take(bytes, never);
          most = Math.max(most, Atomics.load(shared, 0));
          await new Promise((resolve) => setImmediate(resolve));
          budget.giveBack(bytes);
        }),
      );
      return most <= (4 * MIB) / 1024 && shared[0] === 0;
    }),
    { numRuns: 20 },
  );
  t.pass();
});
