import type { Evidence } from '../../domain/types.js';
import { cameraEvidence, editorOf } from './camera.js';
import { readFields } from './fields.js';
import { findTraces, PNG_KEYWORDS } from './traces.js';

/**
 * What the file's own texts say of its origin: traces of generators, then the camera. All of it is unsigned. Never
 * throws; time and memory are bounded whatever the file holds. A missing trace means nothing.
 */
export function readMetadata(bytes: Uint8Array): Evidence[] {
  const { texts, exif } = readFields(bytes, PNG_KEYWORDS);
  const traces = findTraces(texts);
  const camera = cameraEvidence(exif, editorOf(texts));
  return camera === null ? traces : [...traces, camera];
}
