/** Child process of artifacts.test.ts: stores pictures under a limit of 64 KiB a file. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AidetError } from '../../src/domain/errors.js';
import { openArtifactStore } from '../../src/storage/artifacts.js';
import { openKeyRing } from '../../src/storage/key-ring.js';

// Unhandled, the signal of a write beyond the limit ends the process.
process.on('SIGXFSZ', () => {});
const dataDir = process.argv[2] as string;
const ring = openKeyRing(dataDir, { nowMs: Date.now, rotateMs: 1e12 });
const store = openArtifactStore({ ring, nowMs: Date.now, report: () => {} }, { dataDir, bytesMax: 1e9 });
let cause: unknown;

async function put(bytes: number): Promise<string> {
  try {
    const id = await store.put('proj_1', 'heatmap', Buffer.alloc(bytes), 'image/png', 60);
    return (await store.get(id)) === null ? 'lost' : 'stored';
  } catch (error) {
    cause = ((error as AidetError).cause as NodeJS.ErrnoException).code;
    return (error as AidetError).code;
  }
}

const outcome = { small: await put(1000), large: await put(1_000_000), smallAgain: await put(1000) };
await store.close();
const names = readdirSync(join(dataDir, 'artifacts'), { recursive: true, encoding: 'utf8' });
const drafts = names.filter((name) => name.endsWith('.new')).length;
const files = names.filter((name) => /art_/.test(name)).length - drafts;
process.stdout.write(JSON.stringify({ ...outcome, cause, files, drafts }));
