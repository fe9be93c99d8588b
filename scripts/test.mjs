// Runs everything that `npm test` stands for, in order of speed, and closes with one line of totals.
// `npm test -- tiles pipeline` runs the test files whose path holds one of the words.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;

/** Runs a command whose exit status is one check. */
function check(name, command, args) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}

/** Runs tap and counts assertions from its stream; a file that dies without one is a failure too. */
async function runTap(files) {
  process.stdout.write(`\n== tests (${files.length} files)\n`);
  const tap = join(root, 'node_modules', '.bin', 'tap');
  const child = spawn(tap, ['run', '--reporter=tap', ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let inYaml = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const text = line.trim();
    if (text === '---') inYaml = true;
    const point = inYaml ? null : /^(not ok|ok) \d+(.*)$/.exec(text);
    if (text === '...') inYaml = false;
    const isFile = /^(not ok|ok) \d+ - dist\/test\//.test(line);
    if (isFile) process.stdout.write(`${line.replace(/ # time=.*/, '')}\n`);
    else if (inYaml || text.startsWith('not ok') || /# (skip|todo)/i.test(text))
      process.stdout.write(`${line}\n`);
    // Leaves are assertions; a test and a file repeat their leaves' outcome with a time behind it.
    if (point === null || / # time=/.test(text)) continue;
    if (/# (skip|todo)/i.test(text)) skipped++;
    else if (point[1] === 'ok') passed++;
    else failed++;
  }
  const status = await new Promise((resolve) => child.on('exit', resolve));
  if (status !== 0 && failed === 0) failed++;
}

const all = readdirSync(join(root, 'dist', 'test'), { recursive: true })
  .filter((f) => f.endsWith('.test.js'))
  .map((f) => join('dist', 'test', f));
const files = words.length === 0 ? all : all.filter((f) => words.some((w) => f.includes(w)));
if (files.length === 0) {
  console.error(`No test file matches ${words.join(' ')}`);
  process.exit(1);
}
if (words.length === 0) {
  check('format and lint', join(root, 'node_modules', '.bin', 'biome'), [
    'check',
    '--diagnostic-level=warn',
    '.',
  ]);
  check('generated files', process.execPath, ['scripts/generate-api.mjs', '--check']);
  check('arrows', join(root, 'node_modules', '.bin', 'depcruise'), [
    '--config',
    '.dependency-cruiser.cjs',
    'src',
  ]);
}
await runTap(files.sort());
if (words.length === 0) {
  check('native, sanitized', process.execPath, ['scripts/test-native.mjs']);
  check('native, 100 megapixels', process.execPath, ['scripts/test-native.mjs', 'plain']);
}
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(failed === 0 ? 0 : 1);
