// Builds everything native with AddressSanitizer and UndefinedBehaviorSanitizer and tests it: the C++ tests, then the
// addon itself in Node, by the tests that abuse it and let threads die in it. `node scripts/test-native.mjs thread` runs
// the C++ tests under ThreadSanitizer instead; `plain` the forensic ones without any, with the picture of 100 megapixels
// that sanitizers are too slow for; `arm64` those cross-compiled and emulated (Debian: g++-aarch64-linux-gnu, qemu-user).
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const mode = process.argv[2] ?? 'address,undefined';
const out = join(root, `build-sanitized-${mode.replace(',', '-')}`);
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

function configure(out, options) {
  run('cmake', [
    ...['-S', root, '-B', out, '-G', hasNinja ? 'Ninja' : 'Unix Makefiles', '--log-level=WARNING'],
    ...['-DAIDET_TESTS=ON', ...options],
  ]);
}

/** Without sanitizers, and of forensics alone: the rest is tested with them. */
function testForensics(out, options, excluded) {
  configure(out, ['-DCMAKE_BUILD_TYPE=Release', ...options]);
  run('cmake', ['--build', out, '--parallel', jobs, '--target', 'forensics_tests'], { quiet: true });
  run('ctest', [
    '--test-dir',
    out,
    '--output-on-failure',
    '--parallel',
    jobs,
    ...excluded,
    '-R',
    'forensics',
  ]);
}

if (mode === 'plain') testForensics(out, [], []);
else if (mode === 'arm64') {
  const target = ['-DCMAKE_SYSTEM_NAME=Linux', '-DCMAKE_SYSTEM_PROCESSOR=aarch64'];
  const compiler = '-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++';
  const emulator = '-DCMAKE_CROSSCOMPILING_EMULATOR=qemu-aarch64;-L;/usr/aarch64-linux-gnu';
  // The host's libjpeg is of the host's kind; the plain kernels, which it has judged, judge here.
  const options = [...target, compiler, emulator, '-DCMAKE_DISABLE_FIND_PACKAGE_JPEG=ON'];
  testForensics(out, options, ['-E', 'large|cuda']);
} else {
  configure(out, [
    `-DAIDET_SANITIZE=${mode}`,
    ...['-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1'],
  ]);
  run('cmake', ['--build', out, '--parallel', jobs], { quiet: true });
  run('ctest', ['--test-dir', out, '--output-on-failure', '--parallel', jobs]);
}

if (mode.startsWith('address')) {
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
