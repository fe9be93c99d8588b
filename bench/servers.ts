/** Starts what is measured as child processes: aidet as a customer starts it, and the naive yardstick. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AIDET_CLI, ROOT } from './root.js';

export interface RunningServer {
  name: string;
  url: string;
  /** Bearer key; absent where the server asks for none. */
  key?: string;
  pid: number;
  stop(): Promise<void>;
}

export interface AidetServer extends RunningServer {
  key: string;
  dataDir: string;
}

const START_LIMIT_MS = 60_000;

/** Its own variables would change what is measured. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AIDET_')));
}

export interface AidetOptions {
  /** Flags of `aidet serve`. */
  flags?: string[];
  /** Core number for taskset; absent: all cores. */
  pinToCore?: number;
}

/**
 * aidet on a free port with a fresh data folder and a key without limits. The verdict cache is off: every request
 * must do its work.
 */
export async function startAidet({ flags = [], pinToCore }: AidetOptions = {}): Promise<AidetServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'aidet-bench-'));
  const data = ['--data-dir', dataDir];
  const command = ['serve', ...data, '--port', '0', '--log-level', 'error', '--verdict-cache-bytes', '0'];
  try {
    const secret = (await createKey(dataDir, '--plan', 'enterprise')).secret;
    const node = [process.execPath, AIDET_CLI, ...command, ...flags];
    const argv = pinToCore === undefined ? node : ['taskset', '-c', String(pinToCore), ...node];
    const { child, url } = await spawnServer(argv, cleanEnvironment(), /aidet listens on (\S+)/);
    return {
      name: 'aidet',
      url,
      key: secret,
      dataDir,
      // taskset replaces itself by its command, so the process is the server's own.
      pid: child.pid as number,
      stop: async () => {
        await end(child);
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** `aidet keys create` with these options, beside the server where it runs already. */
export async function createKey(
  dataDir: string,
  ...options: string[]
): Promise<{ id: string; project: string; secret: string }> {
  const argv = [AIDET_CLI, 'keys', 'create', ...options, '--json', '--data-dir', dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env: cleanEnvironment() });
  return JSON.parse(stdout);
}

export const YARDSTICK_FOLDER = join(ROOT, 'bench', 'yardstick');

/** Its two packages are no dependency of aidet and are installed by hand, see its README. */
export function yardstickInstalled(): boolean {
  return existsSync(join(YARDSTICK_FOLDER, 'node_modules', 'fastify'));
}

/** Id of the model that a running aidet judges with. */
export async function activeModel({ url }: RunningServer): Promise<string> {
  const answer = await fetch(`${url}/v1/health`);
  const health = (await answer.json()) as { model: { id: string } };
  return health.model.id;
}

/**
 * @param model id of a package in `models/`
 * @param tilesAtOnce tiles of one `session.run`; 0: all of an image
 */
export async function startYardstick(model: string, tilesAtOnce: number): Promise<RunningServer> {
  const env = {
    ...cleanEnvironment(),
    PORT: '0',
    TILES_AT_ONCE: String(tilesAtOnce),
    MODEL_FOLDER: join(ROOT, 'models', model),
  };
  const argv = [process.execPath, join(YARDSTICK_FOLDER, 'server.mjs')];
  const { child, url } = await spawnServer(argv, env, /yardstick listens on (\S+)/);
  const name = tilesAtOnce === 0 ? 'yardstick, one batch' : 'yardstick';
  return { name, url, pid: child.pid as number, stop: () => end(child) };
}

async function spawnServer(
  [command, ...args]: string[],
  env: NodeJS.ProcessEnv,
  ready: RegExp,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(command as string, args, { env, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (what: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`${args.slice(0, 2).join(' ')} ${what}:\n${output}`));
    };
    const timer = setTimeout(() => fail('did not start'), START_LIMIT_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code}`));
    const read = (chunk: Buffer): void => {
      output += chunk;
      const match = ready.exec(output);
      if (match === null) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      // Read on and drop: a full pipe would block the server.
      child.stdout.off('data', read).resume();
      child.stderr.off('data', read).on('data', (text: Buffer) => process.stderr.write(text));
      resolve(match[1] as string);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  return { child, url };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
