/**
 * What a stranger waits: `git clone`, `npm ci`, `npm start`, one image. The clone is of this checkout's commit, the
 * npm cache starts empty, and what lies in it afterwards is what was downloaded.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { digits, progress, saveResult, table } from './report.js';
import { ROOT } from './root.js';

const MEGABYTE = 1e6;
const START_LIMIT_MS = 120_000;

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { image: { type: 'string' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'aidet-first-'));
  const checkout = join(folder, 'aidet');
  const cache = join(folder, 'npm-cache');
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AIDET|npm)_/i.test(name)),
  );
  const steps: [string, number][] = [];
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const result = await work();
    steps.push([name, (performance.now() - begun) / 1000]);
    progress(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    return result;
  };
  try {
    await timed('git clone', () => shell('git', ['clone', '--quiet', `file://${ROOT}`, checkout], ROOT, env));
    await timed('npm ci', () => shell('npm', ['ci', '--cache', cache], checkout, env));
    const image = values.image ?? join(checkout, 'test', 'fixtures', 'street.jpg');
    const verdict = await timed('npm start and first verdict', () => startAndAsk(checkout, image, env));
    const downloadedMB = (await folderBytes(join(cache, '_cacache', 'content-v2'))) / MEGABYTE;
    const installedMB = (await folderBytes(join(checkout, 'node_modules'))) / MEGABYTE;
    const totalS = steps.reduce((sum, [, seconds]) => sum + seconds, 0);
    const rows = [
      ...steps.map(([name, seconds]) => [name, `${seconds.toFixed(1)} s`]),
      ['together', `${totalS.toFixed(1)} s`],
    ];
    rows.push(
      ['downloaded by npm', `${digits(downloadedMB)} MB`],
      ['node_modules', `${digits(installedMB)} MB`],
    );
    console.log(table(['from clone to first verdict', ''], rows));
    await saveResult('first-verdict', {
      steps: Object.fromEntries(steps),
      totalS,
      downloadedMB,
      installedMB,
      verdict,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function shell(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]} ended with ${code}:\n${errors}`)),
    );
  });
}

/** Starts the server as the README says and sends what its own first lines tell the user to send. */
async function startAndAsk(checkout: string, image: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('npm', ['start'], {
    cwd: checkout,
    env: { ...env, AIDET_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: npm, its shell and the server end together.
    detached: true,
  });
  try {
    const { key, url } = await new Promise<{ key: string; url: string }>((resolve, reject) => {
      let output = '';
      const timer = setTimeout(() => reject(new Error(`npm start said nothing:\n${output}`)), START_LIMIT_MS);
      const read = (chunk: Buffer): void => {
        output += chunk;
        const listening = /aidet listens on (\S+)/.exec(output);
        const secret = /aidet_live_sk_\w+/.exec(output);
        if (listening === null || secret === null) return;
        clearTimeout(timer);
        resolve({ key: secret[0], url: listening[1] as string });
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
    });
    const answer = await fetch(`${url}/v1/detect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'image/jpeg' },
      body: await readFile(image),
    });
    const body = (await answer.json()) as { verdict?: string };
    if (answer.status !== 200 || body.verdict === undefined) {
      throw new Error(`first request got ${answer.status}: ${JSON.stringify(body)}`);
    }
    return body.verdict;
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null) {
      process.kill(-(child.pid as number), 'SIGTERM');
      await gone;
    }
  }
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
