/** Order statistics by selection, in linear time. None changes its argument. */

/** The `share`-th smallest value, 0 the least and 1 the greatest; 0 for nothing. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0;
  return select(new Float64Array(values), Math.min(values.length - 1, Math.floor(share * values.length)));
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Median and 1.4826 times the median absolute deviation, which is the standard deviation of a Gaussian. */
export function centreAndSpread(values: ArrayLike<number>): { centre: number; spread: number } {
  if (values.length === 0) return { centre: 0, spread: 0 };
  const work = new Float64Array(values);
  const middle = Math.floor(work.length / 2);
  const centre = select(work, middle);
  for (let i = 0; i < work.length; i++) work[i] = Math.abs((work[i] as number) - centre);
  return { centre, spread: 1.4826 * select(work, middle) };
}

/** From here on a pivot is chosen by a sample; its size. */
const SAMPLED_FROM = 600;
const SAMPLE = 63;

/**
 * The value that would stand at `place` in ascending order; rearranges `work`.
 * Source: C. A. R. Hoare, Algorithm 65: Find, CACM 4, 1961, with a pivot near the place wanted: what stands as far up
 * in an even sample of many values, the middle of three of few.
 */
export function select(work: Float64Array, place: number): number {
  let left = 0;
  let right = work.length - 1;
  while (left < right) {
    const pivot =
      right - left < SAMPLED_FROM
        ? middleOf(work[left] as number, work[(left + right) >> 1] as number, work[right] as number)
        : sampled(work, left, right, place);
    let i = left;
    let j = right;
    while (i <= j) {
      while ((work[i] as number) < pivot) i++;
      while ((work[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = work[i] as number;
      work[i++] = work[j] as number;
      work[j--] = swapped;
    }
    if (place <= j) right = j;
    else if (place >= i) left = i;
    else break;
  }
  return work[place] as number;
}

function sampled(work: Float64Array, left: number, right: number, place: number): number {
  const sample = new Float64Array(SAMPLE);
  const step = (right - left) / (SAMPLE - 1);
  for (let i = 0; i < SAMPLE; i++) sample[i] = work[left + Math.floor(i * step)] as number;
  return select(sample, Math.round(((place - left) / (right - left)) * (SAMPLE - 1)));
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
