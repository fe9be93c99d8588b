/** What a project says of its retention holds for everything that is stored for it, at once and from the command line. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t from 'tap';
import type { Accounts, Retention } from '../../src/accounts/types.js';
import { accountsBeside, keyWith } from '../support/keys.js';
import { fixture, startTestApp, type TestApp, until } from '../support/running-app.js';

const image = await fixture('grey.jpg');

interface Answered {
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely.
  body: any;
}

async function ask(app: TestApp, key: string, name: string, query = ''): Promise<Answered> {
  const response = await fetch(`${app.url}/v1/detect?include_heatmap=true${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'image/jpeg', 'idempotency-key': name },
    body: image,
  });
  const text = await response.text();
  return { headers: response.headers, text, body: JSON.parse(text) };
}

/** Files of artifacts, and stored answers of a project. */
function stored({ dataDir }: TestApp, projectId: string): { artifacts: number; answers: number } {
  const entries = readdirSync(join(dataDir, 'artifacts'), { recursive: true, withFileTypes: true });
  const db = new Sqlite(join(dataDir, 'answers.db'), { readonly: true });
  const count = db.prepare('SELECT count(*) FROM answers WHERE project_id = ?').pluck();
  const answers = count.get(projectId) as number;
  db.close();
  return { artifacts: entries.filter((entry) => entry.isFile()).length, answers };
}

function projectWith(accounts: Accounts, retention: Retention): { key: string; projectId: string } {
  const { secret, projectId } = keyWith(accounts);
  accounts.updateProject(projectId, { retention });
  return { key: secret, projectId };
}

t.test('[retention.zero] nothing of a project with zero retention outlives its answer', async (t) => {
  const app = await startTestApp(t, { verdict_cache_bytes: 100_000_000 });
  const { key, projectId } = projectWith(accountsBeside(t, app.dataDir), { resultsS: 0, artifactsS: 0 });
  for (const round of [1, 2]) {
    const { body, headers } = await ask(app, key, 'order-1');
    t.equal(body.heatmap_url, null, `round ${round}`);
    t.ok(body.heatmap.values.length > 0, 'the figures are in the answer');
    t.equal(body.cached, false, 'the verdict was not kept');
    t.equal(headers.get('idempotent-replayed'), null, 'nor was the answer');
  }
  const { body } = await ask(app, key, 'order-1', '&heatmap_inline=true');
  t.match(body.heatmap_url, /^data:image\/png;base64,/, 'the same key may even be used for another request');
  t.same(stored(app, projectId), { artifacts: 0, answers: 0 });
  const usage = await fetch(`${app.url}/v1/usage`, { headers: { authorization: `Bearer ${key}` } });
  t.equal(((await usage.json()) as { scans: { used: number } }).scans.used, 3, 'each was a scan');
});

t.test('[retention.own] each kind has its own life, and so has each project', async (t) => {
  const app = await startTestApp(t, { verdict_cache_bytes: 100_000_000 });
  const accounts = accountsBeside(t, app.dataDir);
  const pictures = projectWith(accounts, { resultsS: 0, artifactsS: null });
  const first = await ask(app, pictures.key, 'k');
  t.match(first.body.heatmap_url, /\/v1\/artifacts\/art_/);
  t.equal((await ask(app, pictures.key, 'k')).body.cached, false);
  t.equal(stored(app, pictures.projectId).answers, 0);
  const results = projectWith(accounts, { resultsS: null, artifactsS: 0 });
  const answer = await ask(app, results.key, 'k');
  t.equal(answer.body.heatmap_url, null);
  const again = await ask(app, results.key, 'k');
  t.equal(again.headers.get('idempotent-replayed'), 'true');
  t.equal(again.text, answer.text);
  t.equal((await ask(app, results.key, 'other')).body.cached, true);
  const short = projectWith(accounts, { resultsS: null, artifactsS: 600 });
  const { body } = await ask(app, short.key, 'k');
  const age = /max-age=(\d+)/.exec((await fetch(body.heatmap_url)).headers.get('cache-control') ?? '');
  t.ok(Number(age?.[1]) <= 600 && Number(age?.[1]) > 0, `an artifact of it lives ${age?.[1]} s at most`);
});

t.test('[retention.lowered] what was stored before is not given once the project allows less', async (t) => {
  const app = await startTestApp(t, { verdict_cache_bytes: 100_000_000 });
  const accounts = accountsBeside(t, app.dataDir);
  const { key, projectId } = projectWith(accounts, { resultsS: null, artifactsS: null });
  const { body } = await ask(app, key, 'k');
  t.equal((await fetch(body.heatmap_url)).status, 200);
  t.equal((await ask(app, key, 'k')).headers.get('idempotent-replayed'), 'true');
  accounts.updateProject(projectId, { retention: { resultsS: 0, artifactsS: 0 } });
  // Another process has made the change: this one sees it within a second, when a key is next looked at.
  await until('the change is seen', async () => {
    return (await ask(app, key, 'k')).headers.get('idempotent-replayed') === null;
  });
  t.equal((await ask(app, key, 'k')).body.cached, false);
  t.equal((await fetch(body.heatmap_url)).status, 404);
});
