import { readFileSync } from 'node:fs';
import { test } from 'tap';

const ROW = /^\|[^|]+\|[^|]+\| `([^`]+)`: (.+) \|$/;

test('every attack of the list names a test that is there', async (t) => {
  const rows = readFileSync('docs/security-tests.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (attack|---)/.test(line));
  t.ok(rows.length > 40);
  for (const row of rows) {
    const [, file = '', title = ''] = ROW.exec(row) ?? [];
    t.ok(title !== '', row.slice(0, 80));
    // The source escapes quotes and puts variable parts before the title.
    const source = readFileSync(`test/${file}`, 'utf8').replaceAll("\\'", "'");
    t.ok(source.includes(title), `${file}: ${title}`);
  }
});
