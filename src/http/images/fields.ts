/** Options as they come: typed in JSON and MessagePack, as text in forms and queries. */
import { AidetError } from '../../domain/errors.js';
import type { Fields } from '../body/structured.js';

export type FieldKind = 'boolean' | 'number' | 'integer' | 'string' | 'object';
/** Wire name → kind. */
export type FieldKinds = Readonly<Record<string, FieldKind>>;

/** Adds a text part or query parameter in its own type. Throws `invalid_request` where it came before or does not read as its kind. */
export function addText(fields: Fields, kinds: FieldKinds, name: string, text: string): void {
  if (Object.hasOwn(fields, name)) throw invalid(name, `${shown(name)} is given twice`);
  const kind = Object.hasOwn(kinds, name) ? (kinds[name] as FieldKind) : undefined;
  if (kind === undefined) throw unknownField(name);
  fields[name] = fromText(name, text, kind);
}

export function unknownField(name: string): AidetError {
  return invalid(shown(name), `There is no field '${shown(name)}'`);
}

function fromText(name: string, text: string, kind: FieldKind): unknown {
  switch (kind) {
    case 'string':
      return text;
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw invalid(name, `${name} must be true or false`);
      return text === 'true';
    case 'number':
    case 'integer':
      if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw invalid(name, `${name} must be a number`);
      return Number(text);
    case 'object':
      try {
        return JSON.parse(text);
      } catch {
        throw invalid(name, `${name} must be a JSON object`);
      }
  }
}

/** A name of a stranger, short enough for a message. */
function shown(name: string): string {
  return name.length > 50 ? `${name.slice(0, 50)}…` : name;
}

function invalid(param: string, message: string): AidetError {
  return new AidetError('invalid_request', message, { param });
}
