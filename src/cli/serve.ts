import { startApp } from '../main.js';
import { parseArguments } from './arguments.js';
import { EXIT, type Io, printLine } from './io.js';

const HELP = `Usage: aidet serve [--host HOST] [--port PORT] [--data-dir DIR] [--SETTING VALUE]...

Starts the server. The first start makes a project with one live and one test key and prints them once.
SIGTERM and SIGINT let requests in flight finish, SIGHUP reads certificates and trust lists again. docs/settings.md lists all settings.`;

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, resolved } = parseArguments(argv, {}, io);
  if (values['help']) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const app = await startApp(resolved.settings);
  for (const line of welcome(app.url, app.firstKeys)) printLine(io.stderr, line);
  process.on('SIGHUP', app.reload);
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      // A second signal does not wait for anybody.
      process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
      resolve();
    };
    process.once('SIGTERM', stop).once('SIGINT', stop);
  });
  await app.close();
  process.off('SIGHUP', app.reload);
  return EXIT.ok;
}

function welcome(url: string, keys: { live: string; test: string } | null): string[] {
  if (keys === null) return [`aidet listens on ${url}`];
  return [
    '',
    'A first project was made. Its keys are shown this once; store them now:',
    `  live  ${keys.live}`,
    `  test  ${keys.test}`,
    '',
    'Try it:',
    `  curl -H 'Authorization: Bearer ${keys.test}' -F image=@photo.jpg -F include_attribution=true ${url}/v1/detect`,
    '',
    `aidet listens on ${url}`,
  ];
}
