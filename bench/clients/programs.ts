/** Real HTTP clients that others wrote, each a program of its own that asks a running server and prints the answers. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WebSocket } from 'undici';
import { ROOT } from '../root.js';

/** Bodies of the answers, as the client read them. */
export interface Answers {
  version: string;
  detect: { verdict?: string; ai_probability?: number; heatmap_url?: string };
  /** Of a picture and of something that is none. */
  batch: { summary?: { total: number; succeeded: number; failed: number } };
  usage: { scans?: { used: number } };
  /** Of the same without a key. */
  refused: { error?: { code: string } };
  /** Of a browser's page of another origin: what its `fetch` said. */
  otherOrigin?: string;
}

export interface Asked {
  url: string;
  key: string;
  /** Path of a JPEG. */
  image: string;
}

const run = async (program: string, argv: string[]): Promise<string> =>
  (await promisify(execFile)(program, argv, { maxBuffer: 1 << 24 })).stdout;

const script =
  (program: string, file: string) =>
  async (asked: Asked): Promise<Answers> =>
    JSON.parse(await run(program, [join(ROOT, 'bench', 'clients', file), asked.url, asked.key, asked.image]));

async function curl({ url, key, image }: Asked): Promise<Answers> {
  const ask = async (path: string, ...argv: string[]) =>
    JSON.parse(await run('curl', ['-sS', ...argv, url + path]));
  const bearer = ['-H', `Authorization: Bearer ${key}`];
  const version = (await run('curl', ['--version'])).split(' ').slice(0, 2).join(' ');
  const form = ['-F', `image=@${image}`, '-F', 'include_heatmap=true'];
  return {
    version,
    detect: await ask('/v1/detect', ...bearer, ...form),
    refused: await ask('/v1/detect', ...form),
    batch: await ask(
      '/v1/detect/batch',
      ...bearer,
      '-F',
      `images=@${image}`,
      '-F',
      `images=@${join(ROOT, 'package.json')}`,
    ),
    usage: await ask('/v1/usage', ...bearer),
  };
}

/** Runs in the page: `fetch` with a form, with JSON, and without a key. */
const IN_THE_PAGE = `async (url, key, encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
  const headers = { authorization: 'Bearer ' + key };
  const form = () => {
    const form = new FormData();
    form.set('image', new Blob([bytes], { type: 'image/jpeg' }), 'a.jpg');
    form.set('include_heatmap', 'true');
    return form;
  };
  const ask = async (path, init) => (await fetch(url + path, init)).json();
  const images = [{ image_base64: encoded }, { image_base64: '?' }];
  return {
    version: navigator.userAgent.match(/Chrome\\/[\\d.]+/)[0].replace('/', ' ') + ', fetch',
    detect: await ask('/v1/detect', { method: 'POST', headers, body: form() }),
    refused: await ask('/v1/detect', { method: 'POST', body: form() }),
    batch: await ask('/v1/detect/batch', {
      method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ images }),
    }),
    usage: await ask('/v1/usage', { headers }),
  };
}`;

/**
 * A browser without a window, led by its debugging port: its page is the server's own /docs, since no other origin may ask; one
 * without an origin tries, too.
 */
async function chromium({ url, key, image }: Asked): Promise<Answers> {
  const profile = await mkdtemp(join(tmpdir(), 'aidet-chromium-'));
  const quiet = [
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--disable-gpu',
  ];
  const flags = [
    '--headless',
    '--no-sandbox',
    ...quiet,
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
  ];
  const browser = spawn('chromium', [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const page = await Page.open(new URL(await debuggingUrl(browser)).host);
    const encoded = (await readFile(image)).toString('base64');
    const otherOrigin = await page.evaluate<string>(
      `fetch(${JSON.stringify(`${url}/livez`)}).then(() => 'was answered', (error) => error.name)`,
    );
    await page.navigate(`${url}/docs`);
    const args = [url, key, encoded].map((value) => JSON.stringify(value)).join(', ');
    const answers = await page.evaluate<Answers>(`(${IN_THE_PAGE})(${args})`);
    page.close();
    return { ...answers, otherOrigin };
  } finally {
    const gone = new Promise((resolve) => browser.once('exit', resolve));
    browser.kill();
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function debuggingUrl(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    browser.once('error', reject);
    browser.once('exit', () => reject(new Error(`chromium ended: ${said.slice(-2000)}`)));
    browser.stderr?.on('data', (chunk) => {
      said += chunk;
      const [, found] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
}

/** One page of a browser, by the Chrome DevTools Protocol. */
class Page {
  private last = 0;
  private readonly waiting = new Map<number, (result: Record<string, unknown>) => void>();
  private loaded = (): void => {};

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.method === 'Page.loadEventFired') this.loaded();
      this.waiting.get(message.id)?.(message);
    });
  }

  static async open(host: string): Promise<Page> {
    const targets = (await (await fetch(`http://${host}/json/list`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const target = targets.find(({ type }) => type === 'page');
    const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new Page(socket);
  }

  private send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.last;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  async navigate(url: string): Promise<void> {
    await this.send('Page.enable', {});
    const loaded = new Promise<void>((resolve) => {
      this.loaded = resolve;
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  async evaluate<T>(expression: string): Promise<T> {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    const { result } = (await this.send('Runtime.evaluate', asked)) as {
      result: { result: { value: T }; exceptionDetails?: { exception?: { description?: string } } };
    };
    if (result.exceptionDetails !== undefined)
      throw new Error(`In the page: ${result.exceptionDetails.exception?.description}`);
    return result.result.value;
  }

  close(): void {
    this.socket.close();
  }
}

export interface Client {
  name: string;
  /** A command that succeeds where all is there that it needs. */
  probe: string;
  ask(asked: Asked): Promise<Answers>;
}

export const CLIENTS: readonly Client[] = [
  { name: 'curl', probe: 'curl --version', ask: curl },
  { name: 'python', probe: 'python3 --version', ask: script('python3', 'detect.py') },
  { name: 'perl', probe: 'perl -MHTTP::Tiny -MJSON::PP -e 1', ask: script('perl', 'detect.pl') },
  { name: 'java', probe: 'java --describe-module jdk.compiler', ask: script('java', 'Detect.java') },
  { name: 'chromium', probe: 'command -v chromium', ask: chromium },
];

export const isThere = ({ probe }: Client): Promise<boolean> =>
  promisify(execFile)('sh', ['-c', probe]).then(
    () => true,
    () => false,
  );

/** What is wrong with a client's answers; nothing where all is well. `usedBefore`: scans of the key before it asked. */
export function faultsOf(
  answers: Answers,
  expected: { aiProbability: number; usedBefore: number },
): string[] {
  const { detect, batch, usage, refused, otherOrigin = 'TypeError' } = answers;
  const checks: Record<string, boolean> = {
    'the verdict': /^(ai_generated|authentic)$/.test(detect.verdict ?? ''),
    // Perl prints fewer digits than there are.
    'its probability': Math.abs((detect.ai_probability ?? -1) - expected.aiProbability) < 1e-12,
    'its picture': /\/v1\/artifacts\/art_/.test(detect.heatmap_url ?? ''),
    'the batch': batch.summary?.total === 2 && batch.summary.succeeded === 1,
    'the usage': usage.scans?.used === expected.usedBefore + 2,
    'the refusal': refused.error?.code === 'unauthorized',
    'the other origin': otherOrigin === 'TypeError',
  };
  return Object.entries(checks).flatMap(([what, holds]) => (holds ? [] : [what]));
}
