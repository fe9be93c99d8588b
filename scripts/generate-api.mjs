// Writes what follows from api/openapi.yaml, the models and the settings: types, validators, the operations table,
// /openapi.json, the list of generators, docs/settings.md, docs/contract-tests.md. With --check it writes nothing and fails where a file differs.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import openapiTypes, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';
import { contractTable } from './contract-table.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const HEAD = '// Generated from api/openapi.yaml by `npm run generate`; edit that.\n';
const METHODS = ['get', 'post', 'patch', 'delete'];

const document = parse(read('api/openapi.yaml'), { merge: true });

/** The schema with every reference replaced by what it names, without words. */
function inline(schema) {
  if (Array.isArray(schema)) return schema.map(inline);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, description: _, ...rest } = schema;
  const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inline(value)]));
  if ($ref === undefined) return own;
  const target = $ref
    .slice(2)
    .split('/')
    .reduce((node, key) => node[key], document);
  return { ...inline(target), ...own };
}

const checked = Object.entries(document.components.schemas)
  .filter(([, schema]) => schema['x-aidet-validate'])
  .map(([name, schema]) => [name, inline({ ...schema, 'x-aidet-validate': undefined })]);

function validators() {
  const ajv = new Ajv.default({
    strict: false,
    verbose: true,
    // Lengths in UTF-16 units: the other count would need a library at run time.
    unicode: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
    schemas: checked.map(([name, schema]) => ({ $id: name, ...schema })),
  });
  const names = checked.map(([name]) => name);
  const code = standaloneCode.default(ajv, Object.fromEntries(names.map((name) => [name, name])));
  if (/\b(require|import)\b/.test(code)) throw new Error('The validators would need a library at run time');
  return `${HEAD}// @ts-nocheck\n${code}\n\nexport const VALIDATORS = { ${names.join(', ')} };\n`;
}

function operations() {
  const rows = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((m) => item[m] !== undefined)) {
      const { operationId, 'x-aidet-endpoint': endpoint, responses } = item[method];
      if (operationId === undefined || endpoint === undefined)
        throw new Error(`${method} ${path} has no operationId or x-aidet-endpoint`);
      if ((endpoint === null) !== (item[method].security?.length === 0))
        throw new Error(`${operationId}: open, or not?`);
      if (endpoint !== null && !('401' in responses && '429' in responses))
        throw new Error(`${operationId} takes a key`);
      rows.push({ operationId, method: method.toUpperCase(), path, endpoint });
    }
  }
  const kinds = checked.map(([name, schema]) => {
    const fields = Object.entries(schema.properties).map(([field, { type }]) => [field, [type].flat()[0]]);
    return [name, Object.fromEntries(fields)];
  });
  return `${HEAD}
/** Every operation of the contract. */
export const OPERATIONS = ${JSON.stringify(rows, null, 2)} as const;

/** The fields of each request schema and their JSON types. */
export const FIELDS = ${JSON.stringify(Object.fromEntries(kinds), null, 2)} as const;
`;
}

/** Ids stay where they are for ever; models bring new ones at the end. */
function generators() {
  const known = JSON.parse(read('api/generators.json'));
  const ids = new Set(known.map(({ id }) => id));
  for (const folder of readdirSync(join(root, 'models')).sort()) {
    let manifest;
    try {
      manifest = JSON.parse(read(`models/${folder}/manifest.json`));
    } catch {
      continue;
    }
    for (const { id, family, display_name = id, vendor = null } of manifest.generators) {
      if (ids.has(id)) continue;
      ids.add(id);
      known.push({ id, family, display_name, vendor });
    }
  }
  return `[\n${known.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`;
}

const check = process.argv.includes('--check');
// The settings are read from compiled code. What does not compile yet may be what is generated here.
if (!check) spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'ignore' });
const { settingsReference } = await import('../dist/src/config/settings.js');

const types = astToString(await openapiTypes(document, { alphabetize: false, exportType: true }));
const files = {
  'src/http/generated/api.ts': HEAD + types,
  'src/http/generated/operations.ts': operations(),
  'src/http/generated/validators.ts': validators(),
  'src/http/generated/document.ts': `${HEAD}\n/** OpenAPI 3.1 as JSON text. */\nexport const OPENAPI_JSON = ${JSON.stringify(JSON.stringify(document))};\n`,
  'api/generators.json': generators(),
  'docs/settings.md': settingsReference(),
  'docs/contract-tests.md': contractTable(root),
};

let differing = 0;
for (const [path, content] of Object.entries(files)) {
  let before = '';
  try {
    before = read(path);
  } catch {}
  if (before === content) continue;
  differing++;
  console.error(check ? `${path} is out of date: run \`npm run generate\`` : `wrote ${path}`);
  if (!check) writeFileSync(join(root, path), content);
}
process.exit(check && differing > 0 ? 1 : 0);
