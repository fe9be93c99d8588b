import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../../bench/root.js';

t.test('the bench of inference runs', (t) => {
  const main = join(ROOT, 'dist', 'bench', 'main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'inference', '--smoke'], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  for (const way of ['aidet, batch of 1', 'aidet, batch of 8', 'plain, tile by tile', 'plain, all at once']) {
    t.match(stdout, `| ${way}`);
  }
  t.end();
});
