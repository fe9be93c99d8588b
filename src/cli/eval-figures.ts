/** Figures of merit of a detector's answers, with intervals by source. The twin of models/training/detector/metrics.py. */

/** One image that got a verdict. */
export interface Judged {
  generated: boolean;
  /** Calibrated probability that it is generated. */
  probability: number;
  verdictGenerated: boolean;
  /** Where the image comes from; intervals resample sources, since images of one source are alike. */
  source: string;
}

/** 2.5 and 97.5 %. */
export type Interval = [number, number];

export interface Figures {
  authentic: number;
  generated: number;
  auc: number;
  auc95: Interval;
  balancedAccuracy: number;
  balancedAccuracy95: Interval;
  falsePositiveRate: number;
  falsePositiveRate95: Interval;
  truePositiveRate: number;
  truePositiveRate95: Interval;
  /** Share of generated images above the lowest threshold that calls at most 5 and 1 % of the authentic ones generated. */
  tprAtFpr5: number;
  tprAtFpr5Interval: Interval;
  tprAtFpr1: number;
  tprAtFpr1Interval: Interval;
  calibrationError: number;
}

const RESAMPLES = 500;

export function figures(judged: Judged[]): Figures {
  const whole = rates(judged);
  const draws = resample(judged).map((draw) => ({
    auc: areaUnderCurve(draw),
    tprAtFpr5: tprAtFpr(draw, 0.05),
    tprAtFpr1: tprAtFpr(draw, 0.01),
    ...rates(draw),
  }));
  const interval = (name: keyof (typeof draws)[number]): Interval => percentiles(draws.map((d) => d[name]));
  return {
    authentic: judged.filter((j) => !j.generated).length,
    generated: judged.filter((j) => j.generated).length,
    auc: areaUnderCurve(judged),
    auc95: interval('auc'),
    balancedAccuracy: whole.balancedAccuracy,
    balancedAccuracy95: interval('balancedAccuracy'),
    falsePositiveRate: whole.falsePositiveRate,
    falsePositiveRate95: interval('falsePositiveRate'),
    truePositiveRate: whole.truePositiveRate,
    truePositiveRate95: interval('truePositiveRate'),
    tprAtFpr5: tprAtFpr(judged, 0.05),
    tprAtFpr5Interval: interval('tprAtFpr5'),
    tprAtFpr1: tprAtFpr(judged, 0.01),
    tprAtFpr1Interval: interval('tprAtFpr1'),
    calibrationError: calibrationError(judged),
  };
}

/** A share of images and its interval by source. */
export function share<T extends { generated: boolean; source: string }>(
  images: T[],
  has: (image: T) => boolean,
): { share: number; interval: Interval } {
  const of = (list: T[]): number => list.filter(has).length / list.length;
  return { share: of(images), interval: percentiles(resample(images).map(of)) };
}

/** NaN for a class that has no image. */
export function rates(judged: Judged[]) {
  const share = (generated: boolean): number => {
    const list = judged.filter((j) => j.generated === generated);
    return list.filter((j) => j.verdictGenerated).length / list.length;
  };
  const [truePositiveRate, falsePositiveRate] = [share(true), share(false)];
  return {
    truePositiveRate,
    falsePositiveRate,
    balancedAccuracy: (truePositiveRate + 1 - falsePositiveRate) / 2,
  };
}

/**
 * The share of pairs of a generated and an authentic image in which the generated one has the higher probability,
 * ties counted half (Mann and Whitney 1947), from mean ranks.
 */
export function areaUnderCurve(judged: Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.probability - b.probability);
  let rankSum = 0;
  for (let start = 0, end: number; start < sorted.length; start = end) {
    end = start + 1;
    let positives = 0;
    while (sorted[end]?.probability === sorted[start]?.probability) end++;
    for (let i = start; i < end; i++) if (sorted[i]?.generated) positives++;
    rankSum += ((start + 1 + end) / 2) * positives;
  }
  const positives = judged.filter((j) => j.generated).length;
  const negatives = judged.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** TPR at the lowest threshold that at most the share `fpr` of the authentic images exceeds. */
export function tprAtFpr(judged: Judged[], fpr: number): number {
  const authentic = judged
    .filter((j) => !j.generated)
    .map((j) => j.probability)
    .sort((a, b) => a - b);
  const generated = judged.filter((j) => j.generated);
  const allowed = Math.floor(fpr * authentic.length + 1e-9);
  const threshold = authentic[authentic.length - 1 - allowed] ?? Number.NaN;
  return generated.filter((j) => j.probability > threshold).length / generated.length;
}

/** Mean gap of probability and share of generated images in ten bins, both classes with the same total weight (Guo et al. 2017). */
export function calibrationError(judged: Judged[], bins = 10): number {
  const count = (generated: boolean): number => judged.filter((j) => j.generated === generated).length;
  const weight = { true: 0.5 / count(true), false: 0.5 / count(false) };
  const gaps = new Array<number>(bins).fill(0);
  for (const { generated, probability } of judged) {
    const bin = Math.min(bins - 1, Math.floor(probability * bins));
    gaps[bin] = (gaps[bin] as number) + weight[`${generated}`] * (Number(generated) - probability);
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
}

/** Sources drawn with replacement, each class for itself, so that no draw lacks one. */
function resample<T extends { generated: boolean; source: string }>(judged: T[]): T[][] {
  const random = uniforms(1);
  const classes = [true, false].map((generated) => {
    const sources = new Map<string, T[]>();
    for (const one of judged) {
      if (one.generated === generated) sources.set(one.source, [...(sources.get(one.source) ?? []), one]);
    }
    return [...sources.values()];
  });
  return Array.from({ length: RESAMPLES }, () =>
    classes.flatMap((sources) =>
      sources.flatMap(() => sources[Math.floor(random() * sources.length)] as T[]),
    ),
  );
}

function percentiles(values: number[]): Interval {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}

/** Numerical Recipes' linear congruential generator: 0..1, the same everywhere. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
