// docs/contract-tests.md out of test/contract/rules.yaml and the tests themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The table as Markdown. Throws where a rule has no test, or a test names a rule that there is not. */
export function contractTable(root) {
  const sections = parse(readFileSync(join(root, 'test/contract/rules.yaml'), 'utf8'));
  const files = readdirSync(join(root, 'test'), { recursive: true }).filter((path) =>
    path.endsWith('.test.ts'),
  );
  const sources = new Map(files.map((path) => [path, readFileSync(join(root, 'test', path), 'utf8')]));
  const problems = [];
  const known = new Set(Object.values(sections).flatMap((rules) => Object.keys(rules)));

  for (const [path, source] of sources) {
    for (const [, id] of source.matchAll(/[`'"](?:\$\{engine\}: )?\[([a-z0-9_]+\.[a-z0-9_]+)\]/g))
      if (!known.has(id)) problems.push(`test/${path} names the rule ${id}, which there is not`);
  }

  const testsOf = (id, named) => {
    const marked = [...sources].filter(([, source]) => source.includes(`[${id}]`)).map(([path]) => path);
    const others = named.map((reference) => {
      const [stem, title] = reference.split(/: (.*)/s);
      const path = `${stem}.test.ts`;
      if (!sources.get(path)?.includes(title))
        problems.push(`${id}: there is no test '${title}' in test/${path}`);
      return `${path}: ${title}`;
    });
    const all = [...marked, ...others].sort();
    if (all.length === 0) problems.push(`${id} has no test`);
    return all;
  };

  const lines = [
    '# The contract and its tests',
    '',
    'Written by `npm run generate` from `test/contract/rules.yaml`; `npm test` fails where a rule has no test. A test names its',
    'rule in brackets.',
  ];
  for (const [section, rules] of Object.entries(sections)) {
    lines.push('', `## ${section}`, '', '| rule | what holds | tests |', '| --- | --- | --- |');
    for (const [id, given] of Object.entries(rules)) {
      const { rule, tests = [] } = typeof given === 'string' ? { rule: given } : given;
      lines.push(
        `| \`${id}\` | ${rule} | ${testsOf(id, tests)
          .map((test) => `\`${test}\``)
          .join('<br>')} |`,
      );
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return `${lines.join('\n')}\n`;
}
