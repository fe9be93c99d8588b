import { AidetError } from '../../domain/errors.js';
import type { DetectOptions } from '../../domain/types.js';
import type { Fields } from '../body/structured.js';
import { checkFields } from '../validation.js';

export interface DetectRequest {
  options: DetectOptions;
  /** The picture as a data URL instead of a stored artifact. */
  heatmapInline: boolean;
  /** Echoed. */
  metadata: Record<string, unknown>;
}

const METADATA_BYTES_MAX = 4096;

interface DetectFields {
  include_attribution?: boolean;
  include_heatmap?: boolean;
  include_forensics?: boolean;
  heatmap_inline?: boolean;
  model_threshold?: number;
  metadata?: object;
  model?: string;
}

/** Checks the options of `detect` and puts defaults where there are none. Throws `invalid_request` with `param`. */
export function detectRequest(
  given: Fields,
  schema: 'DetectOptions' | 'BatchOptions' = 'DetectOptions',
): DetectRequest {
  const fields = checkFields(schema, given) as DetectFields;
  return {
    options: {
      includeAttribution: fields.include_attribution ?? false,
      includeHeatmap: fields.include_heatmap ?? false,
      includeForensics: fields.include_forensics ?? false,
      modelThreshold: fields.model_threshold ?? null,
      model: fields.model ?? null,
    },
    heatmapInline: fields.heatmap_inline ?? false,
    metadata: checkMetadata(fields.metadata ?? {}, 'metadata'),
  };
}

/** What JSON can not say is dropped, so that the echo is the same in every encoding. Throws `invalid_request`. */
export function checkMetadata(value: object, param: string): Record<string, unknown> {
  if (ArrayBuffer.isView(value))
    throw new AidetError('invalid_request', `${param} must be an object`, { param });
  const text = toJson(value, param);
  const bytes = Buffer.byteLength(text);
  if (bytes > METADATA_BYTES_MAX) {
    throw new AidetError(
      'invalid_request',
      `${param} may have at most ${METADATA_BYTES_MAX} bytes as JSON (got ${bytes})`,
      { param },
    );
  }
  return JSON.parse(text) as Record<string, unknown>;
}

function toJson(value: object, param: string): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new AidetError('invalid_request', `${param} is nested too deeply`, { param, cause: error });
  }
}
