/** Order statistics of small and large samples. None changes its argument. */

/** The `share`-th smallest value, 0 the least and 1 the greatest; 0 for nothing. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Median and 1.4826 times the median absolute deviation, which is the standard deviation of a Gaussian. */
export function centreAndSpread(values: ArrayLike<number>): { centre: number; spread: number } {
  const centre = median(values);
  return { centre, spread: 1.4826 * median(Float64Array.from(values, (v) => Math.abs(v - centre))) };
}
