/** A share of cases with Wilson's 95 % interval (E. B. Wilson, 1927). Cases of one source resemble one another: it is the least there is of doubt. */
export interface Share {
  count: number;
  of: number;
  share: number;
  interval: [number, number];
}

const Z = 1.96;

export function shareOf(count: number, of: number): Share {
  const share = of === 0 ? 0 : count / of;
  const n = Math.max(1, of);
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { count, of, share, interval: [Math.max(0, middle - half), Math.min(1, middle + half)] };
}

export function showShare({ count, of, share, interval: [low, high] }: Share): string {
  const percent = (v: number): string => (100 * v).toFixed(1);
  return `${percent(share)} % (${percent(low)}..${percent(high)}; ${count} of ${of})`;
}
