// Builds everything native with AddressSanitizer and UndefinedBehaviorSanitizer and tests it: the C++ tests, then the
// addon itself in Node, by the tests that abuse it and let threads die in it. `node scripts/test-native.mjs thread` runs
// the C++ tests under ThreadSanitizer instead.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sanitizers = process.argv[2] ?? 'address,undefined';
const out = join(root, `build-sanitized-${sanitizers.replace(',', '-')}`);
const jobs = String(Math.min(availableParallelism(), 4));
const IN_NODE = ['inference/abuse', 'inference/lifetimes', 'forensics/kernels'];

/** Shows what a quiet command wrote only where it fails. */
function run(command, args, { env = {}, quiet = false } = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? 'pipe' : 'inherit',
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  if (status === 0) return;
  if (quiet) process.stderr.write(`${stdout}${stderr}`);
  console.error(`failed: ${[command, ...args].join(' ')}`);
  process.exit(1);
}

const hasNinja = spawnSync('ninja', ['--version'], { stdio: 'ignore' }).error === undefined;
run('cmake', [
  ...['-S', root, '-B', out, '-G', hasNinja ? 'Ninja' : 'Unix Makefiles', '--log-level=WARNING'],
  '-DAIDET_TESTS=ON',
  `-DAIDET_SANITIZE=${sanitizers}`,
  ...['-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1'],
]);
run('cmake', ['--build', out, '--parallel', jobs], { quiet: true });
run('ctest', ['--test-dir', out, '--output-on-failure', '--parallel', jobs]);

if (sanitizers.startsWith('address')) {
  const runtime = execFileSync(process.env.CXX ?? 'c++', ['-print-file-name=libasan.so'], {
    encoding: 'utf8',
  }).trim();
  for (const name of IN_NODE) {
    const file = join(root, 'dist', 'test', `${name}.test.js`);
    if (!existsSync(file)) {
      console.error(`${file} is missing; run \`npm run build\` first`);
      process.exit(1);
    }
    // V8 never gives its memory back at the end, which the leak checker takes for leaks.
    const env = {
      LD_PRELOAD: runtime,
      ASAN_OPTIONS: 'detect_leaks=0',
      AIDET_ADDON: join(out, 'linked', 'aidet.node'),
      AIDET_SANITIZED: '1',
      TAP_TIMEOUT: '300',
    };
    run(process.execPath, [file], { env, quiet: true });
    console.log(`passed in Node: ${name}`);
  }
}
