/** Options as they come: typed in JSON and MessagePack, as text in forms and queries. */
import { AidetError } from '../../domain/errors.js';
import type { Fields } from '../body/structured.js';
import { type FieldType, type FieldTypes, unknownField } from '../validation.js';

/** Adds a text part or query parameter in its own type. Throws `invalid_request` where it came before or does not read as its type. */
export function addText(fields: Fields, types: FieldTypes, name: string, text: string): void {
  if (Object.hasOwn(fields, name)) throw invalid(name, `${name} is given twice`);
  const type = Object.hasOwn(types, name) ? (types[name] as FieldType) : undefined;
  if (type === undefined) throw unknownField(name);
  fields[name] = fromText(name, text, type);
}

function fromText(name: string, text: string, type: FieldType): unknown {
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw invalid(name, `${name} must be true or false`);
      return text === 'true';
    case 'number':
    case 'integer':
      if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw invalid(name, `${name} must be a number`);
      return Number(text);
    case 'array':
    case 'object':
      try {
        return JSON.parse(text);
      } catch {
        throw invalid(name, `${name} must be JSON`);
      }
  }
}

function invalid(param: string, message: string): AidetError {
  return new AidetError('invalid_request', message, { param });
}
