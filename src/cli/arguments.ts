import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { SETTINGS, type SettingName } from '../config/schema.js';
import {
  flagName,
  type ResolvedSettings,
  resolveSettings,
  SETTING_NAMES,
  SettingsError,
} from '../config/settings.js';
import { type Io, UsageError } from './io.js';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Arguments {
  /** The command's own options. */
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  positionals: string[];
  resolved: ResolvedSettings;
}

/**
 * Parses a command line: the command's own options, every setting as a flag, and `--config FILE`.
 * Throws UsageError with what to do about it.
 */
export function parseArguments(argv: string[], own: Options, io: Io): Arguments {
  const options: Options = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  for (const name of SETTING_NAMES) options[flagName(name)] = { type: 'string' };
  Object.assign(options, own);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const flags: Partial<Record<SettingName, string>> = {};
  for (const name of SETTING_NAMES) {
    const value = parsed.values[flagName(name)];
    if (typeof value === 'string' && !(flagName(name) in own)) flags[name] = value;
  }
  const config = parsed.values['config'] ?? io.env['AIDET_CONFIG'];
  try {
    const file = typeof config === 'string' ? readConfigFile(resolve(io.cwd, config)) : {};
    return {
      values: parsed.values,
      positionals: parsed.positionals,
      resolved: resolveSettings({ file, env: io.env, flags }),
    };
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    throw error;
  }
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`Config file ${path}: ${(error as Error).message}`);
  }
  throw new UsageError(`Config file ${path}: expected a JSON object of settings`);
}

/** Settings that hold something nobody should read over a shoulder. */
export function isSecret(name: SettingName): boolean {
  return 'secret' in SETTINGS[name];
}
