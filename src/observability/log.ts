import { type DestinationStream, type Logger, pino } from 'pino';
import { withoutKeys } from '../domain/redaction.js';

export type Log = Logger;

export interface LogSettings {
  level: 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
}

/**
 * Secrets by name, at any depth of an object that is logged. What is logged is chosen by hand in the first place; this is the
 * net below. It looks at the finished line, once: looking at every path of every object costs more than writing it.
 */
const SECRETS = [
  'authorization',
  'cookie',
  'secret',
  'token',
  'key',
  'password',
  'pepper',
  'image_base64',
  'image_url',
  'query',
];

const SECRET_NAME = new RegExp(`"(?:${SECRETS.join('|')})":`, 'gi');

/** Takes what nobody may read out of a line of the log. */
export function withoutSecrets(line: string): string {
  let shown = '';
  let from = 0;
  for (const { 0: name, index } of line.matchAll(SECRET_NAME)) {
    if (index < from) continue;
    const value = index + name.length;
    shown += `${line.slice(from, value)}"[redacted]"`;
    from = endOfValue(line, value);
  }
  return withoutKeys(shown + line.slice(from));
}

/** Where the JSON value that begins at `at` ends. */
function endOfValue(json: string, at: number): number {
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},]/gy;
  const others = /[^"[\]{},]*/gy;
  let depth = 0;
  for (let end = at; end < json.length; ) {
    others.lastIndex = end;
    others.exec(json);
    tokens.lastIndex = others.lastIndex;
    const [token = ''] = tokens.exec(json) ?? [];
    if (token === '') return json.length;
    const closes = token === '}' || token === ']';
    if (depth === 0 && (closes || token === ',')) return tokens.lastIndex - 1;
    if (closes) depth--;
    if (token === '{' || token === '[') depth++;
    end = tokens.lastIndex;
    if (depth === 0) return end;
  }
  return json.length;
}

/**
 * JSON Lines on standard output, unless another destination is given. Lines are written beside the work, not in its way:
 * flush before the process ends.
 */
export function createLog({ level }: LogSettings, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: withoutSecrets },
  };
  return pino(options, destination ?? pino.destination({ dest: 1, sync: false }));
}
