/**
 * MT19937 (Matsumoto and Nishimura 1998) with the draws of Python's `random.Random(seed)`, so that the evaluation's twin in
 * Python gives an original the same fate.
 */
const N = 624;
const M = 397;

export class MersenneTwister {
  private readonly state = new Uint32Array(N);
  private at = N;

  /** @param seed 0..2^32-1, seeded as an array of one word, as Python does */
  constructor(seed: number) {
    const { state } = this;
    state[0] = 19650218;
    for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, this.mixed(i)) + i;
    let i = 1;
    for (let k = 0; k < N; k++) {
      state[i] = ((state[i] as number) ^ Math.imul(this.mixed(i), 1664525)) + seed;
      i = this.next(i);
    }
    for (let k = 0; k < N - 1; k++) {
      state[i] = ((state[i] as number) ^ Math.imul(this.mixed(i), 1566083941)) - i;
      i = this.next(i);
    }
    state[0] = 0x80000000;
  }

  /** 0 <= x < 1 of 53 bits. */
  random(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /** An integer from low to high, both included. */
  randint(low: number, high: number): number {
    const width = high - low + 1;
    const shift = Math.clz32(width);
    for (;;) {
      const drawn = this.word() >>> shift;
      if (drawn < width) return low + drawn;
    }
  }

  choice<T>(list: readonly T[]): T {
    return list[this.randint(0, list.length - 1)] as T;
  }

  /** The word before, its two highest bits folded down. */
  private mixed(i: number): number {
    const before = this.state[i - 1] as number;
    return before ^ (before >>> 30);
  }

  /** After the last word the first one takes its value and the walk goes on at the second. */
  private next(i: number): number {
    if (i + 1 < N) return i + 1;
    this.state[0] = this.state[N - 1] as number;
    return 1;
  }

  private word(): number {
    if (this.at === N) this.twist();
    let y = this.state[this.at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < N; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % N] as number) & 0x7fffffff);
      state[i] = (state[(i + M) % N] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }
}
