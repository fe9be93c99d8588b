import { test } from 'tap';
import { MersenneTwister } from '../../src/imaging/mersenne-twister.js';

test("the draws are those of Python's random.Random, beyond one turn of the state", async (t) => {
  const draw = new MersenneTwister(12345);
  // random.Random(12345): [r.random() for _ in range(1000)][0], [1], [999]
  const values = Array.from({ length: 1000 }, () => draw.random());
  t.same(
    [values[0], values[1], values[999]],
    [0.41661987254534116, 0.010169169457068361, 0.9766427630034175],
  );
});
