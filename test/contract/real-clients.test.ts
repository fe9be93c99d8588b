/** Clients that others wrote get what the contract says; `npm run bench -- real-clients` adds Java and a browser. */
import { join } from 'node:path';
import t from 'tap';
import { CLIENTS, faultsOf, isThere } from '../../bench/clients/programs.js';
import { detect, ENGINES, FIXTURES, fixture, startTestApp } from '../support/running-app.js';

const QUICK = ['curl', 'python', 'perl'];
const image = await fixture('street.jpg');

for (const engine of ENGINES) {
  t.test(`${engine}: [clients.real] real HTTP clients`, async (t) => {
    const app = await startTestApp(t, { engine });
    const { ai_probability: aiProbability } = (await detect(app, image)).body;
    let usedBefore = 1;
    for (const client of CLIENTS.filter(({ name }) => QUICK.includes(name))) {
      const { name, ask } = client;
      if (!(await isThere(client))) {
        t.pass(`${name} is not installed`, { skip: true });
        continue;
      }
      const answers = await ask({ url: app.url, key: app.key, image: join(FIXTURES, 'street.jpg') });
      t.same(faultsOf(answers, { aiProbability, usedBefore }), [], `${name}: ${answers.version}`);
      usedBefore = answers.usage.scans?.used ?? Number.NaN;
    }
  });
}
