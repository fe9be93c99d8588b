import type { SettingName } from '../config/schema.js';
import { SETTING_NAMES } from '../config/settings.js';
import { isSecret, parseArguments } from './arguments.js';
import { EXIT, type Io, printLine } from './io.js';

const HELP = `Usage: aidet config [--json] [--config FILE] [--SETTING VALUE]...

Prints every setting, its value in force and where it comes from. Secrets are hidden.`;

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, resolved } = parseArguments(argv, { json: { type: 'boolean' } }, io);
  if (values['help']) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const rows = SETTING_NAMES.map((name) => ({
    name,
    value: shown(name, resolved.settings[name]),
    origin: resolved.origins[name],
  }));
  if (values['json']) {
    printLine(
      io.stdout,
      JSON.stringify(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])), null, 2),
    );
    return EXIT.ok;
  }
  const width = Math.max(...rows.map((r) => r.name.length));
  for (const { name, value, origin } of rows) {
    const text = Array.isArray(value) ? value.join(',') : String(value);
    printLine(io.stdout, `${name.padEnd(width)}  ${(text === '' ? '-' : text).padEnd(24)}  ${origin}`);
  }
  return EXIT.ok;
}

function shown(name: SettingName, value: unknown): unknown {
  return isSecret(name) && value !== '' ? '(hidden)' : value;
}
