import { AidetError } from '../../domain/errors.js';
import type { DetectOptions } from '../../domain/types.js';
import type { Fields } from '../body/structured.js';
import { type FieldKinds, unknownField } from './fields.js';

/** Options of `detect`, by their wire names. */
export const DETECT_FIELDS: FieldKinds = {
  include_attribution: 'boolean',
  include_heatmap: 'boolean',
  include_forensics: 'boolean',
  heatmap_inline: 'boolean',
  model_threshold: 'number',
  metadata: 'object',
  model: 'string',
};

export interface DetectRequest {
  options: DetectOptions;
  /** The picture as a data URL instead of a stored artifact. */
  heatmapInline: boolean;
  /** Echoed. */
  metadata: Record<string, unknown>;
}

const METADATA_BYTES_MAX = 4096;
const METADATA_KEYS_MAX = 50;

/** Checks the options of `detect` and puts defaults where there are none. Throws `invalid_request` with `param`. */
export function detectRequest(fields: Fields): DetectRequest {
  for (const name of Object.keys(fields)) if (!Object.hasOwn(DETECT_FIELDS, name)) throw unknownField(name);
  const flag = (name: string): boolean => (typed(fields, name, 'boolean') as boolean | undefined) ?? false;
  const threshold = typed(fields, 'model_threshold', 'number') as number | undefined;
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1))
    throw invalid('model_threshold', `model_threshold must be between 0 and 1 (got ${threshold})`);
  return {
    options: {
      includeAttribution: flag('include_attribution'),
      includeHeatmap: flag('include_heatmap'),
      includeForensics: flag('include_forensics'),
      modelThreshold: threshold ?? null,
      model: (typed(fields, 'model', 'string') as string | undefined) ?? null,
    },
    heatmapInline: flag('heatmap_inline'),
    metadata: checkMetadata(fields.metadata),
  };
}

/** Throws `invalid_request`. What JSON can not say is dropped, so that the echo is the same in every encoding. */
export function checkMetadata(value: unknown, param = 'metadata'): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value))
    throw invalid(param, `${param} must be an object`);
  const keys = Object.keys(value).length;
  if (keys > METADATA_KEYS_MAX)
    throw invalid(param, `${param} may have at most ${METADATA_KEYS_MAX} keys (got ${keys})`);
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > METADATA_BYTES_MAX)
    throw invalid(param, `${param} may have at most ${METADATA_BYTES_MAX} bytes as JSON (got ${bytes})`);
  return JSON.parse(text) as Record<string, unknown>;
}

function typed(fields: Fields, name: string, type: 'boolean' | 'number' | 'string'): unknown {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw invalid(name, `${name} must be a ${type}`);
  return value;
}

function invalid(param: string, message: string): AidetError {
  return new AidetError('invalid_request', message, { param });
}
