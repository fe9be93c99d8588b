/** Runs the training pipeline's own tests, and its smoke run where torch is there. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const folder = fileURLToPath(new URL('../../../models/training', import.meta.url));

/** The first Python that has the modules: Debian's belong to /usr/bin/python3, another may come first on PATH. */
function pythonWith(modules: string): string | undefined {
  const candidates = [process.env.AIDET_PYTHON ?? 'python3', '/usr/bin/python3'];
  return candidates.find((python) => spawnSync(python, ['-c', `import ${modules}`]).status === 0);
}

// With torch both take minutes of one core.
t.setTimeout(30 * 60_000);

const plain = pythonWith('numpy, PIL');
t.test(
  'augmentation, conditions, metrics and calibration',
  { skip: plain ? false : 'no Python with numpy and Pillow' },
  async (t) => {
    const tests = spawnSync(plain as string, ['-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    t.equal(tests.status, 0, tests.stderr);
    t.match(tests.stderr, /Ran [1-9]\d* tests/);
  },
);

const complete = pythonWith('torch, onnx, sklearn');
t.test(
  'smoke run: training, calibration, evaluation and export on generated pictures',
  { skip: complete ? false : 'no Python with torch, onnx and scikit-learn' },
  async (t) => {
    const smoke = spawnSync(complete as string, ['-m', 'detector', 'smoke'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    t.equal(smoke.status, 0, smoke.stderr);
    t.match(smoke.stdout, /smoke run passed/);
  },
);
