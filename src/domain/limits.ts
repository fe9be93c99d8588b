import { AidetError } from './errors.js';

/**
 * Size in bytes over the limit. Both sizes are shown in the same unit, with as many decimals as it takes to
 * tell them apart.
 * @param bytesSeen null where reading stopped at the limit and the full size is not known.
 */
export function bytesOverLimit(
  bytesSeen: number | null,
  bytesMax: number,
  param?: string,
  what: 'Image' | 'Batch body' = 'Image',
): AidetError {
  const [unit, divisor] = unitOf(bytesMax);
  const limit = `${trim(bytesMax / divisor, 6)} ${unit}`;
  const seen = bytesSeen === null ? 'more' : `${distinct(bytesSeen / divisor, bytesMax / divisor)} ${unit}`;
  const message = `${what} exceeds ${limit} limit (got ${seen})`;
  return new AidetError('image_too_large', message, param === undefined ? {} : { param });
}

/** Width times height over the limit. */
export function pixelsOverLimit(width: number, height: number, pixelsMax: number): AidetError {
  const limit = trim(pixelsMax / 1e6, 6);
  const seen = distinct((width * height) / 1e6, pixelsMax / 1e6);
  return new AidetError(
    'image_too_large',
    `Image exceeds ${limit} megapixel limit (got ${seen} megapixels, ${width} x ${height})`,
  );
}

function unitOf(bytes: number): [string, number] {
  if (bytes >= 1e6) return ['MB', 1e6];
  return bytes >= 1e3 ? ['kB', 1e3] : ['bytes', 1];
}

function distinct(value: number, limit: number): string {
  for (let decimals = 1; decimals < 6; decimals++) {
    if (Number(value.toFixed(decimals)) > limit) return trim(value, decimals);
  }
  return trim(value, 6);
}

function trim(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}
