/**
 * A seeded generator (mulberry32, Tommy Ettinger, public domain): the same seed gives the same pictures and the
 * same arrivals on every machine.
 *
 * @returns a function that gives uniform numbers in 0 <= u < 1
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Gap to the next arrival of a Poisson process in milliseconds. */
export function poissonGapMs(random: () => number, ratePerS: number): number {
  return (-Math.log(1 - random()) * 1000) / ratePerS;
}
