/** Child process of idempotency.test.ts: keeps one answer, is killed while another request runs. */
import { openIdempotentAnswers } from '../../src/storage/idempotency.js';
import { openKeyRing } from '../../src/storage/key-ring.js';

const dataDir = process.argv[2] as string;
const nowMs = (): number => 1_800_000_000_000;
const ring = openKeyRing(dataDir, { nowMs, rotateMs: 1e12 });
const report = (error: Error): void => {
  throw error;
};
const answers = openIdempotentAnswers({ ring, nowMs, report }, { dataDir, ttlS: 86_400, bytesMax: 1e9 });
const request = { projectId: 'proj_1', livemode: true, fingerprint: 'f1', retentionS: null };
const wait = { remainingMs: 60_000, signal: new AbortController().signal };
const kept = await answers.begin({ ...request, key: 'kept' }, wait);
if (kept.kind === 'first') kept.end({ status: 200, headers: [], body: Buffer.from('{}') });
await answers.begin({ ...request, key: 'running' }, wait);
process.stdout.write('kept one, runs another', () => process.kill(process.pid, 'SIGKILL'));
