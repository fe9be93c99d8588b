/** Real clients of several languages and a browser against a running server, on both engines, all the same answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS, faultsOf, isThere } from './clients/programs.js';
import { table } from './report.js';
import { ROOT } from './root.js';
import { startAidet } from './servers.js';

export async function run(): Promise<void> {
  const image = join(ROOT, 'test', 'fixtures', 'street.jpg');
  const rows: string[][] = [];
  let failed = false;
  for (const engine of ['uws', 'node']) {
    const server = await startAidet({ flags: ['--engine', engine] });
    try {
      const { url, key } = server;
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'image/jpeg' };
      const reference = await fetch(`${url}/v1/detect`, {
        method: 'POST',
        headers,
        body: readFileSync(image),
      });
      const { ai_probability: aiProbability } = (await reference.json()) as { ai_probability: number };
      let usedBefore = 1;
      for (const client of CLIENTS) {
        const { name, ask } = client;
        if (!(await isThere(client))) {
          rows.push([name, engine, '', 'is not installed']);
          continue;
        }
        const answers = await ask({ url, key, image });
        const faults = faultsOf(answers, { aiProbability, usedBefore });
        usedBefore = answers.usage.scans?.used ?? usedBefore;
        failed ||= faults.length > 0;
        rows.push([
          name,
          engine,
          answers.version,
          faults.length === 0 ? 'all as it should be' : `wrong: ${faults}`,
        ]);
      }
    } finally {
      await server.stop();
    }
  }
  console.log(table(['client', 'engine', 'version', 'verdict, batch, usage, refusal'], rows));
  if (failed) throw new Error('A client got other answers than the contract says');
}
