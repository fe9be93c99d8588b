// Compiles the TypeScript of src, test and bench into dist and copies the files beside it that the code reads.
// Runs as npm's `prepare`, before `npm start` and `npm test`: nothing to do is quick, since tsc is incremental.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

// A production install (`npm ci --omit=dev`) has no compiler: it runs what was built before.
if (!existsSync(tsc)) {
  if (existsSync(join(root, 'dist', 'src', 'cli', 'main.js'))) process.exit(0);
  console.error(
    'aidet: TypeScript is not installed and dist/ is missing; run `npm ci` with development dependencies.',
  );
  process.exit(1);
}
const result = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')], { stdio: 'inherit' });
// Shown by GET /v1/health; a checkout without git says nothing.
const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
if (commit.status === 0) writeFileSync(join(root, 'dist', 'commit'), commit.stdout);
process.exit(result.status ?? 1);
