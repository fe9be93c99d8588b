/** Quota, rate and usage are exact, however many clients ask at once and however their requests end. */
import { once } from 'node:events';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import type { Overrides } from '../../src/accounts/types.js';
import { openBeside } from '../support/accounts.js';
import {
  assertAtRest,
  detect,
  ENGINES,
  fixture,
  openSocket,
  type RunningApp,
  rawDetect,
  startTestApp,
  type TestApp,
} from '../support/running-app.js';

const CLIENTS = 200;
const image = await fixture('pixel.png');
const cut = (await fixture('small.png')).subarray(0, 100);

/** A key of a project with its own numbers. */
function keyWith(t: Test, { dataDir }: TestApp, overrides: Overrides): string {
  const accounts = openBeside(t, dataDir);
  const { secret, projectId } = accounts.createProjectWithKey('enterprise', { livemode: true });
  accounts.updateProject(projectId, { overrides });
  return secret;
}

async function usageOf({ url }: RunningApp, key: string) {
  const response = await fetch(`${url}/v1/usage`, { headers: { authorization: `Bearer ${key}` } });
  return (await response.json()) as {
    scans: { used: number; quota: number; remaining: number };
    requests: Record<string, number>;
  };
}

const clients = <T>(run: (client: number) => Promise<T>, length = CLIENTS): Promise<T[]> =>
  Promise.all(Array.from({ length }, (_, client) => run(client)));

function count(statuses: number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

for (const engine of ENGINES) {
  test(`${engine}: ${CLIENTS} clients on one quota`, async (t) => {
    const app = await startTestApp(t, { engine, in_flight_max: 10_000 });
    const quota = 137;
    const key = keyWith(t, app, { scansPerMonth: quota });
    const own = { ...app, key };
    // Everybody sends a picture, something that is none, and hangs up in the middle of a third request.
    const seen = await clients(async (client) => {
      const bad = client % 2 === 0 ? await detect(own, cut) : null;
      const good = await detect(own, image);
      const socket = await openSocket(app);
      const { head, body } = rawDetect({ ...app, key }, image);
      socket.write(head);
      socket.write(body.subarray(0, client % body.length));
      socket.destroy();
      await once(socket, 'close');
      return { good: good.status, bad: bad?.status };
    });
    const good = count(seen.map((s) => s.good));
    t.same(good, { 200: quota, 402: CLIENTS - quota }, 'exactly the quota was sold');
    const bad = seen.flatMap((s) => (s.bad === undefined ? [] : [s.bad]));
    t.ok(
      bad.every((status) => status === 400 || status === 402),
      `what is no picture costs nothing (${JSON.stringify(count(bad))})`,
    );
    await assertAtRest(t, app);
    t.match((await usageOf(app, key)).scans, { used: quota, quota, remaining: 0 });
    t.equal((await detect(own, image)).status, 402);
    await app.close();
    const db = new Sqlite(join(app.dataDir, 'aidet.db'), { readonly: true });
    t.teardown(() => db.close());
    t.equal(db.prepare('SELECT sum(scans) FROM usage_scans').pluck().get(), quota, 'on disk too');
  });

  test(`${engine}: ${CLIENTS} clients on one rate`, async (t) => {
    const app = await startTestApp(t, { engine });
    const burst = 15;
    const perMinute = 30;
    const key = keyWith(t, app, { sustainedRps: perMinute / 60, burstRps: burst });
    const headers = { authorization: `Bearer ${key}` };
    const wave = (length: number): Promise<number[]> =>
      clients(async () => {
        const response = await fetch(`${app.url}/v1/usage`, { headers });
        await response.arrayBuffer();
        const { status, headers: given } = response;
        const retryAfter = given.get('retry-after');
        if (status === 429 && !(Number(retryAfter) >= 1)) t.fail(`Retry-After is ${retryAfter}`);
        if (given.get('x-ratelimit-limit') !== '0.5') t.fail('X-RateLimit-Limit');
        if (!/^[01]$/.test(given.get('x-ratelimit-remaining') ?? '')) t.fail('X-RateLimit-Remaining');
        return status;
      }, length);
    const seen: number[] = [];
    const admitted = (): number => seen.filter((status) => status === 200).length;
    const begun = performance.now();
    // A burst fits into each second; the minute is used up by the second burst. Few ask then, so that it does not end first.
    seen.push(...(await wave(CLIENTS)));
    while (admitted() < perMinute) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      seen.push(...(await wave(2 * burst)));
    }
    seen.push(...(await wave(burst)));
    const again = await fetch(`${app.url}/v1/usage`, { headers });
    seen.push(again.status);
    // On a machine where two hundred requests take a minute, the next one has begun; its clients are told the same.
    const minutes = Math.ceil((performance.now() - begun) / 60_000);
    if (minutes === 1) t.equal(admitted(), perMinute, 'as many as the minute allows');
    t.ok(admitted() <= perMinute * minutes, `no more than each minute allows (${minutes})`);
    t.ok(
      seen.every((status) => status === 200 || status === 429),
      'all others are told to wait',
    );
    await app.close();
    const db = new Sqlite(join(app.dataDir, 'aidet.db'), { readonly: true });
    t.teardown(() => db.close());
    const stored = db
      .prepare("SELECT sum(requests) FROM usage_requests WHERE endpoint = 'usage'")
      .pluck()
      .get();
    t.equal(stored, admitted(), 'what was refused was not counted');
  });
}
