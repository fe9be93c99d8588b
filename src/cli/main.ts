#!/usr/bin/env node
/** `aidet`: finds the command, hands it the rest of the line, turns what it throws into an exit code. */
import { availableParallelism } from 'node:os';
import { AidetError } from '../domain/errors.js';
import { EXIT, type Io, printLine, UsageError } from './io.js';

// libuv reads this once, at its first use: decoding runs on its threads and wants one a core.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism()));

interface Command {
  summary: string;
  load: () => Promise<{ run: (argv: string[], io: Io) => Promise<number> }>;
}

const COMMANDS: Record<string, Command> = {
  serve: { summary: 'start the server', load: () => import('./serve.js') },
  detect: { summary: 'judge images and folders of images', load: () => import('./detect.js') },
  c2pa: { summary: 'verify Content Credentials of images', load: () => import('./c2pa.js') },
  forensics: {
    summary: 'measure traces of editing in images',
    load: () => import('./forensics.js'),
  },
  eval: { summary: 'judge labelled images and print how often it is right', load: () => import('./eval.js') },
  keys: { summary: 'create, list, rotate and revoke API keys', load: () => import('./keys.js') },
  projects: { summary: 'list projects; change plan, limits, state', load: () => import('./projects.js') },
  doctor: {
    summary: 'say what is loaded, what is not, and what to do about it',
    load: () => import('./doctor.js'),
  },
  config: {
    summary: 'print the settings in force and where each comes from',
    load: () => import('./config.js'),
  },
};

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return [
    'aidet tells AI-generated images from authentic ones.',
    '',
    'Usage: aidet COMMAND [OPTIONS]',
    '',
    ...lines,
    '',
    'aidet COMMAND --help says more.',
  ].join('\n');
}

async function main(argv: string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    printLine(io.stdout, usage());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    printLine(io.stderr, `aidet: no command '${name}'\n\n${usage()}`);
    return EXIT.usage;
  }
  try {
    return await (await command.load()).run(rest, io);
  } catch (error) {
    if (error instanceof UsageError) {
      printLine(io.stderr, `aidet ${name}: ${error.message}\nTry: aidet ${name} --help`);
      return EXIT.usage;
    }
    printLine(io.stderr, `aidet ${name}: ${error instanceof AidetError ? error.message : describe(error)}`);
    return EXIT.someFailed;
  }
}

/** A defect shows its stack only where asked for; anything else is an operating error whose message says enough. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['AIDET_LOG_LEVEL'] === 'debug' ? (error.stack ?? error.message) : error.message;
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
});
