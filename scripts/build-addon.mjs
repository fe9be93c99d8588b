// Builds the addon into build-addon/aidet.node. Runs as npm's `install` script and before native work by hand; does
// nothing where the build is current. AIDET_CUDA=1 builds the forensic kernels for CUDA beside it, with nvcc. A loaded addon is never written to: a new one takes its name by rename.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'build-addon');
const addon = join(out, 'aidet.node');
const stamp = join(out, 'aidet.stamp');
const require = createRequire(import.meta.url);
const cuda = process.env.AIDET_CUDA === '1';

/** Everything that the binary depends on: sources, versions, machine. */
function fingerprint() {
  const hash = createHash('sha256');
  const native = readdirSync(join(root, 'native'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.startsWith(join(root, 'native', 'test')));
  for (const path of [...native, join(root, 'CMakeLists.txt')].sort()) {
    hash.update(`${path.slice(root.length)}\0`).update(readFileSync(path));
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const headers = ['node-addon-api', 'node-api-headers'].map(
    (name) => require(`${name}/package.json`).version,
  );
  const { CC, CXX, CFLAGS, CXXFLAGS, LDFLAGS } = process.env;
  const machine = [process.platform, process.arch];
  hash.update(JSON.stringify([version, headers, machine, CC, CXX, CFLAGS, CXXFLAGS, LDFLAGS, cuda]));
  return hash.digest('hex');
}

function fail(message) {
  console.error(`aidet: ${message}`);
  process.exit(1);
}

function requireTool(command, debian) {
  const { error } = spawnSync(command, ['--version'], { stdio: 'ignore' });
  if (error === undefined) return;
  fail(`building the addon needs ${command}, which was not found; on Debian: apt-get install ${debian}`);
}

const current = fingerprint();
if (existsSync(addon) && existsSync(stamp) && readFileSync(stamp, 'utf8') === current) process.exit(0);

if (process.platform !== 'linux') fail(`runs on Linux; this is ${process.platform}`);
requireTool('cmake', 'cmake');
if (process.env.CXX === undefined) requireTool('c++', 'g++');
if (cuda) requireTool('nvcc', "nvidia-cuda-toolkit, or NVIDIA's own packages");
if (spawnSync('ninja', ['--version'], { stdio: 'ignore' }).error !== undefined) requireTool('make', 'make');

const cmakeJs = require.resolve('cmake-js/bin/cmake-js');
const definitions = [`--CDAIDET_CUDA=${cuda ? 'ON' : 'OFF'}`];
const quiet = ['--log-level', 'warn'];
const cmake = (command) =>
  spawnSync(
    process.execPath,
    [cmakeJs, command, '--out', out, ...definitions, '--parallel', String(availableParallelism()), ...quiet],
    { cwd: root, encoding: 'utf8' },
  );
const hadCache = existsSync(join(out, 'CMakeCache.txt'));
let build = cmake('build');
// A cache that came along from another folder or compiler is of no use: from the beginning, then.
if (build.status !== 0 && hadCache) build = cmake('rebuild');
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ''}${build.stderr ?? ''}`);
  fail('the addon did not build; the lines above say why');
}
const fresh = `${addon}.${process.pid}`;
copyFileSync(join(out, 'linked', 'aidet.node'), fresh);
renameSync(fresh, addon);
writeFileSync(stamp, current);
console.log('aidet: addon built');
