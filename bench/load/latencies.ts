/** Every sample is kept, so that percentiles are exact: no histogram, no decay, nothing estimated. */
export interface LatencySummary {
  count: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
}

export class Latencies {
  private samples = new Float64Array(1024);
  private count = 0;

  add(ms: number): void {
    if (this.count === this.samples.length) {
      const grown = new Float64Array(this.samples.length * 2);
      grown.set(this.samples);
      this.samples = grown;
    }
    this.samples[this.count++] = ms;
  }

  get length(): number {
    return this.count;
  }

  values(): Float64Array {
    return this.samples.slice(0, this.count);
  }

  summary(): LatencySummary | null {
    return summarise(this.values());
  }
}

/** Null where there is no sample. */
export function summarise(samples: Float64Array): LatencySummary | null {
  if (samples.length === 0) return null;
  const sorted = samples.toSorted();
  return {
    count: sorted.length,
    meanMs: sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length,
    p50Ms: quantile(sorted, 0.5),
    p90Ms: quantile(sorted, 0.9),
    p99Ms: quantile(sorted, 0.99),
    maxMs: quantile(sorted, 1),
  };
}

/** The nearest-rank quantile: the least sample that at least a share `q` of all do not exceed. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
}
