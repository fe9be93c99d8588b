/** Fields of a request against the schemas of api/openapi.yaml, by code compiled from them. */
import { AidetError } from '../domain/errors.js';
import type { Fields } from './body/structured.js';
import { FIELDS } from './generated/operations.js';
import { VALIDATORS } from './generated/validators.js';

export type RequestSchema = keyof typeof FIELDS;
export type FieldType = 'boolean' | 'number' | 'integer' | 'string' | 'object' | 'array';

/** Wire name → JSON type. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

export const fieldTypes = (schema: RequestSchema): FieldTypes => FIELDS[schema];

/** What Ajv says of a value that does not fit. */
interface Failure {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  data: unknown;
}

type Validator = ((value: unknown) => boolean) & { errors?: Failure[] | null };

/**
 * The fields without those that are null, which stand for "not given". Throws `invalid_request` that names the first field
 * that does not fit, what is asked of it and what was there.
 * @param prefix path of the object in the request, with its dot: `images[3].`
 */
export function checkFields(schema: RequestSchema, fields: Fields, prefix = ''): Fields {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const validate = VALIDATORS[schema] as Validator;
  if (validate(given)) return given;
  const failure = validate.errors?.[0];
  throw failure === undefined ? new Error(`${schema} failed without a reason`) : explain(failure, prefix);
}

function explain({ instancePath, keyword, params, data }: Failure, prefix: string): AidetError {
  const path = prefix + fieldPath(instancePath);
  if (keyword === 'additionalProperties') return unknownField(path + String(params.additionalProperty));
  return new AidetError('invalid_request', `${path} ${demand(keyword, params, data)}`, { param: path });
}

export function unknownField(name: string): AidetError {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return new AidetError('invalid_request', `There is no field '${shown}' here`, { param: shown });
}

function demand(keyword: string, params: Record<string, unknown>, data: unknown): string {
  const { limit } = params;
  switch (keyword) {
    case 'type':
      return `must be ${[params.type].flat().map(withArticle).join(' or ')} (got ${kindOf(data)})`;
    case 'minimum':
      return `must be at least ${limit} (got ${data})`;
    case 'maximum':
      return `must be at most ${limit} (got ${data})`;
    case 'minLength':
      return 'must not be empty';
    case 'maxLength':
      return `may have at most ${limit} characters (got ${(data as string).length})`;
    case 'minItems':
      return `must have at least ${limit} entries (got ${(data as unknown[]).length})`;
    case 'maxItems':
      return `may have at most ${limit} entries (got ${(data as unknown[]).length})`;
    case 'maxProperties':
      return `may have at most ${limit} keys (got ${Object.keys(data as object).length})`;
    default:
      return 'is not of the form that the documentation asks for';
  }
}

function withArticle(type: unknown): string {
  return type === 'null' ? 'null' : `${/^[aeio]/.test(String(type)) ? 'an' : 'a'} ${type}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (ArrayBuffer.isView(value)) return 'binary';
  return withArticle(typeof value);
}

/** `/scopes/3` → `scopes[3]` */
function fieldPath(instancePath: string): string {
  return instancePath
    .slice(1)
    .split('/')
    .reduce(
      (path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
      '',
    );
}
