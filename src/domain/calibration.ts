import type { ModelManifest } from './model.js';

/** Platt scaling (Platt 1999): a logit of the network to the probability that the image is generated, 0..1. */
export function calibrate(logit: number, { a, b }: ModelManifest['calibration']): number {
  return 1 / (1 + Math.exp(-(a * logit + b)));
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
