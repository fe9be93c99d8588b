import { type DestinationStream, type Logger, pino } from 'pino';
import { withoutKeys } from '../domain/redaction.js';

export type Log = Logger;

export interface LogSettings {
  level: 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
}

/**
 * Secrets by name, wherever an object that is logged may hold them. What is logged is chosen by hand in the first place;
 * this is the net below.
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

/** JSON Lines on standard error's sibling, standard output, unless another destination is given. Never holds keys, image bytes or query strings. */
export function createLog({ level }: LogSettings, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    hooks: { streamWrite: withoutKeys },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
