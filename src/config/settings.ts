import { SETTINGS, type SettingName, type SettingSpec, type Settings } from './schema.js';

export type Origin = 'default' | 'file' | 'environment' | 'flag';

export interface SettingSources {
  /** Keys as in the config file; unknown ones are an error. */
  file?: Record<string, unknown>;
  env?: Record<string, string | undefined>;
  /** Values of `--name value`, by setting name. */
  flags?: Partial<Record<SettingName, string | boolean>>;
}

export interface ResolvedSettings {
  settings: Settings;
  origins: Record<SettingName, Origin>;
}

/** Every malformed setting at once, so that one start shows them all. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: string[]) {
    super(`Settings are wrong:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
  }
}

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function envName(name: SettingName): string {
  return `AIDET_${name.toUpperCase()}`;
}

export function flagName(name: SettingName): string {
  return name.replaceAll('_', '-');
}

/** Flag over environment over file over default. */
export function resolveSettings({ file = {}, env = {}, flags = {} }: SettingSources): ResolvedSettings {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  const origins = {} as Record<SettingName, Origin>;
  for (const name of Object.keys(file)) {
    if (!(name in SETTINGS)) problems.push(`config file: unknown setting '${name}'`);
  }
  for (const name of SETTING_NAMES) {
    const spec: SettingSpec = SETTINGS[name];
    const candidates: [Origin, unknown, string][] = [
      ['flag', flags[name], `--${flagName(name)}`],
      ['environment', env[envName(name)], envName(name)],
      ['file', file[name], `config file: ${name}`],
    ];
    const [origin, raw, label] = candidates.find(([, value]) => value !== undefined) ?? [
      'default',
      spec.default,
      name,
    ];
    origins[name] = origin;
    const parsed = parseSetting(spec, raw);
    if ('problem' in parsed) problems.push(`${label}: ${parsed.problem}`);
    else settings[name] = parsed.value;
  }
  if (problems.length > 0) throw new SettingsError(problems);
  const resolved = settings as Settings;
  const relations = checkRelations(resolved);
  if (relations.length > 0) throw new SettingsError(relations);
  return { settings: resolved, origins };
}

type Parsed = { value: unknown } | { problem: string };

function parseSetting(spec: SettingSpec, raw: unknown): Parsed {
  switch (spec.kind) {
    case 'integer':
    case 'number': {
      const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
      if (typeof value !== 'number' || !Number.isFinite(value))
        return { problem: `expected a number, got ${show(raw)}` };
      if (spec.kind === 'integer' && !Number.isInteger(value))
        return { problem: `expected a whole number, got ${show(raw)}` };
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
      return value < min || value > max
        ? { problem: `must be between ${min} and ${max}, got ${value}` }
        : { value };
    }
    case 'boolean':
      if (raw === true || raw === 'true' || raw === '1') return { value: true };
      if (raw === false || raw === 'false' || raw === '0') return { value: false };
      return { problem: `expected true or false, got ${show(raw)}` };
    case 'list':
      if (typeof raw === 'string') {
        return {
          value: raw
            .split(',')
            .map((s) => s.trim())
            .filter((s) => s !== ''),
        };
      }
      return Array.isArray(raw) && raw.every((v) => typeof v === 'string')
        ? { value: raw }
        : { problem: `expected a comma-separated list, got ${show(raw)}` };
    case 'string':
      if (typeof raw !== 'string') return { problem: `expected text, got ${show(raw)}` };
      return spec.values !== undefined && !spec.values.includes(raw)
        ? { problem: `must be one of ${spec.values.join(', ')}; got ${show(raw)}` }
        : { value: raw };
  }
}

function checkRelations(s: Settings): string[] {
  const problems: string[] = [];
  if (s.image_bytes_max > s.in_flight_bytes_max) {
    problems.push(
      `image_bytes_max (${s.image_bytes_max}) is over in_flight_bytes_max (${s.in_flight_bytes_max})`,
    );
  }
  if ((s.tls_cert === '') !== (s.tls_key === ''))
    problems.push('tls_cert and tls_key go together: set both or none');
  return problems;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** The reference of all settings as a Markdown table; docs/settings.md is this text. */
export function settingsReference(): string {
  const rows = SETTING_NAMES.map((name) => {
    const spec: SettingSpec = SETTINGS[name];
    const fallback = Array.isArray(spec.default) ? spec.default.join(',') : String(spec.default);
    const values =
      spec.values === undefined ? '' : ` One of ${spec.values.map((v) => `\`${v}\``).join(', ')}.`;
    return `| \`${name}\` | \`${envName(name)}\` | \`--${flagName(name)}\` | ${spec.kind} | ${fallback === '' ? '' : `\`${fallback}\``} | ${spec.doc}${values} |`;
  });
  return [
    '# Settings',
    '',
    'Flag over environment over config file (`--config FILE`, JSON) over default. `npx aidet config` prints what is in force and where each value comes from.',
    '',
    '| config key | environment | flag | kind | default | meaning |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
