const NAMED_MAX = 5;

/**
 * Softmax over the tile-averaged generator logits: the distribution over generators given that the image is
 * generated. `ids[i]` names logit i; `logits` holds the tiles one after another.
 */
export function generatorDistribution(logits: Float32Array, ids: string[]): Record<string, number> {
  const tiles = logits.length / ids.length;
  const means = ids.map((_, i) => {
    let sum = 0;
    for (let t = 0; t < tiles; t++) sum += logits[t * ids.length + i] as number;
    return sum / tiles;
  });
  const top = Math.max(...means);
  const weights = means.map((m) => Math.exp(m - top));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return Object.fromEntries(ids.map((id, i) => [id, (weights[i] as number) / total]));
}

/** The five likeliest by name, largest first, and the rest as `other`; sums to 1. */
export function presentAttribution(distribution: Record<string, number>): Record<string, number> {
  const named = Object.entries(distribution)
    .filter(([id]) => id !== 'other')
    .sort((a, b) => b[1] - a[1])
    .slice(0, NAMED_MAX);
  const other = Math.max(0, 1 - named.reduce((sum, [, p]) => sum + p, 0));
  return Object.fromEntries([...named, ['other', other] as const].sort((a, b) => b[1] - a[1]));
}
