import { readFileSync } from 'node:fs';
import t from 'tap';

const list = JSON.parse(readFileSync(new URL('../../../api/generators.json', import.meta.url), 'utf8')) as {
  id: string;
  family: string;
  display_name: string;
  vendor: string | null;
}[];

/** As they were released. Clients keep these ids in their data: none may go, change or move; new ones are added here too. */
const RELEASED =
  `biggan dalle_2 dalle_3 dalle_mini firefly flux gemini_image gpt_image grok hidream hunyuan ideogram lumina
  midjourney omnigen qwen_image sd_1 sd_2 sd_3 sdxl seedream stylegan z_image autoregressive cogview kolors vqgan other`.split(
    /\s+/,
  );

t.test('[detect.generators] ids of generators are only ever added', async (t) => {
  const ids = list.map(({ id }) => id);
  t.same(ids.slice(0, RELEASED.length), RELEASED);
  t.equal(new Set(ids).size, ids.length, 'each once');
});

t.test('each is of a family of the list, and a version is named by it', async (t) => {
  const ids = new Set(list.map(({ id }) => id));
  for (const { id, family, display_name, vendor } of list) {
    t.match(id, /^[a-z][a-z0-9_]*$/);
    t.ok(ids.has(family), `${id} is of ${family}`);
    t.ok(id === family || id.startsWith(`${family}_`), `${id} is a version of ${family}`);
    t.ok(display_name.length > 0 && (vendor === null || vendor.length > 0), id);
  }
});
