/** What a manifest (schema 1) must say, field by field. */

type Check = (value: unknown) => string | undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (v) => (typeof v === 'string' && v !== '' ? undefined : 'must be a non-empty string');

const matching =
  (pattern: RegExp, what: string): Check =>
  (v) =>
    typeof v === 'string' && pattern.test(v) ? undefined : `must be ${what}`;

const number: Check = (v) =>
  typeof v === 'number' && Number.isFinite(v) ? undefined : 'must be a finite number';

const range =
  (min: number, max: number): Check =>
  (v) =>
    typeof v === 'number' && v >= min && v <= max ? undefined : `must be a number from ${min} to ${max}`;

const integer =
  (min: number, max: number): Check =>
  (v) =>
    Number.isInteger(v) && (v as number) >= min && (v as number) <= max
      ? undefined
      : `must be an integer from ${min} to ${max}`;

const oneOf =
  (...values: unknown[]): Check =>
  (v) =>
    values.includes(v) ? undefined : `must be ${values.map((x) => JSON.stringify(x)).join(' or ')}`;

const triple =
  (element: Check): Check =>
  (v) =>
    Array.isArray(v) && v.length === 3 && v.every((x) => element(x) === undefined)
      ? undefined
      : `must be three numbers, each of which ${element(Number.NaN)}`;

const ascending: Check = (v) =>
  Array.isArray(v) &&
  v.length > 0 &&
  v.every((x, i) => integer(1, 1024)(x) === undefined && (i === 0 || x > v[i - 1]))
    ? undefined
    : 'must be a non-empty ascending list of integers from 1 to 1024';

/** A division by it follows. */
const positive: Check = (v) =>
  typeof v === 'number' && Number.isFinite(v) && v > 0 ? undefined : 'must be positive';

const FIELDS: Record<string, Check> = {
  schema: oneOf(1),
  id: matching(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dots, dashes and underscores'),
  version: text,
  // A name, not a path: a package cannot point out of its folder.
  file: matching(/^[\w-][\w.-]*$/, 'a file name without folders'),
  sha256: matching(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
  'input.name': text,
  'input.layout': oneOf('NCHW', 'NHWC'),
  'input.channels': oneOf('RGB'),
  'input.dtype': oneOf('float32'),
  'input.tile': integer(16, 4096),
  'input.scale': positive,
  'input.mean': triple(number),
  'input.std': triple(positive),
  'outputs.logit': text,
  'outputs.patch_logits': text,
  'outputs.generator_logits': text,
  'outputs.embedding': text,
  patch_px: integer(1, 4096),
  'tile_plan.stride': integer(1, 4096),
  'tile_plan.max_tiles': integer(1, 4096),
  'tile_plan.short_axis': oneOf('edges'),
  'tile_plan.padding': oneOf('reflect'),
  aggregation: oneOf('mean_logit'),
  'calibration.method': oneOf('platt'),
  'calibration.a': number,
  'calibration.b': number,
  threshold: range(0, 1),
  licence: text,
};

const OPTIONAL: Record<string, Check> = { preferred_batch_sizes: ascending };

/** One sentence a fault, each beginning with the path of its field; empty where the manifest is good. */
export function manifestFaults(value: unknown): string[] {
  if (!isObject(value)) return ['must be an object'];
  const faults: string[] = [];
  for (const [path, check] of Object.entries(FIELDS)) report(path, check(at(value, path)));
  for (const [path, check] of Object.entries(OPTIONAL)) {
    const found = at(value, path);
    if (found !== undefined) report(path, check(found));
  }
  faults.push(...generatorFaults(value.generators));
  return faults;

  function report(path: string, fault: string | undefined): void {
    if (fault !== undefined) faults.push(`${path} ${fault}`);
  }
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((v, key) => (isObject(v) ? v[key] : undefined), value);
}

function generatorFaults(generators: unknown): string[] {
  if (!Array.isArray(generators) || generators.length === 0) return ['generators must be a non-empty list'];
  const faults: string[] = [];
  const seen = new Set<unknown>();
  for (const [i, generator] of generators.entries()) {
    for (const field of ['id', 'family']) {
      const fault = text(at(generator, field));
      if (fault !== undefined) faults.push(`generators[${i}].${field} ${fault}`);
    }
    const id = at(generator, 'id');
    if (seen.has(id)) faults.push(`generators[${i}].id ${JSON.stringify(id)} stands twice`);
    seen.add(id);
  }
  return faults;
}
