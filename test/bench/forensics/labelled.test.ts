import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { authenticFiles } from '../../../bench/forensics/labelled.js';
import { shareOf } from '../../../bench/forensics/share.js';

test('authentic pictures of one split, columns by name', async (t) => {
  const folder = t.testdir({
    'index.tsv':
      'repo\tfile\tsplit\tlabel\no/a\tx.jpg\ttest\treal\no/b\ty.jpg\ttest\tai\no/c\tz.jpg\ttrain\treal\n',
  });
  t.same(await authenticFiles(folder, 'test'), [{ path: join(folder, 'x.jpg'), source: 'o/a' }]);
  await mkdir(join(folder, 'empty'));
  t.equal(
    await authenticFiles(join(folder, 'empty'), 'test'),
    null,
    'a missing folder is skipped, not failed',
  );
});

test('a share with its interval', (t) => {
  // Wilson's interval of 5 of 50: 4.3 to 21.4 %.
  const { share, interval } = shareOf(5, 50);
  t.equal(share, 0.1);
  t.ok(Math.abs(interval[0] - 0.0435) < 5e-4 && Math.abs(interval[1] - 0.2136) < 5e-4, `${interval}`);
  t.same(shareOf(0, 0).share, 0);
  t.end();
});
