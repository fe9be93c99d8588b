import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { generatorOf, NAMED_GENERATORS } from '../../src/provenance/generators.js';
import { TRACES } from '../../src/provenance/metadata/traces.js';
import { MARKS } from '../../src/provenance/pixels/dwt-dct.js';

const LIST = fileURLToPath(new URL('../../../api/generators.json', import.meta.url));

test('programs are named by what they call themselves', async (t) => {
  const named = {
    'DALL·E OpenAI-API c2pa-rs/0.28.4 OpenAI': 'dalle_3',
    'DALL·E 2': 'dalle_2',
    'GPT-4o OpenAI API OpenAI': 'gpt_image',
    'Adobe Firefly Adobe_Firefly adobe_c2pa/0.12.4 Adobe Inc.': 'firefly',
    'Flux.2 Black Forest Labs API Black Forest Labs Inc.': 'flux',
    'Ideogram AI': 'ideogram',
    'Image Creator from Designer Microsoft_Responsible_AI/1.0 Microsoft Corporation': null,
    'Google C2PA Core Generator Library Google LLC': null,
    'ChatGPT OpenAI': null,
    'influx of grokking': null,
  };
  for (const [text, id] of Object.entries(named)) t.equal(generatorOf(text), id, text);
});

test('every generator that evidence can name is in the list of the contract', async (t) => {
  const listed = (JSON.parse(await readFile(LIST, 'utf8')) as { id: string }[]).map(({ id }) => id);
  const used = [
    ...NAMED_GENERATORS,
    ...TRACES.flatMap(({ generator }) => (typeof generator === 'string' ? [generator] : [])),
    ...MARKS.map(({ generator }) => generator),
  ];
  t.same(
    used.filter((id) => !listed.includes(id)),
    [],
  );
});
