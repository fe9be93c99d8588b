/** Which native room may include which: the table of docs/architecture.md, read off the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const NATIVE = fileURLToPath(new URL('../../../native', import.meta.url));

const MAY: Record<string, string[]> = {
  base: [],
  batching: ['base'],
  inference: ['base', 'batching'],
  forensics: ['base'],
  addon: ['base', 'batching', 'inference', 'forensics'],
};

/** A header has one home. */
const HOMES: [header: RegExp, home: RegExp][] = [
  [/^(napi|node_api)\.h$/, /^addon\//],
  [/^onnxruntime_/, /^inference\/ort_abi_check\.cc$/],
  [/^(immintrin|arm_neon)\.h$/, /(_avx2\.cc|simd\.(cc|h)|lanes\.h)$/],
];

const files = readdirSync(NATIVE, { recursive: true })
  .map(String)
  .filter((path) => /\.(h|cc)$/.test(path) && !path.startsWith('test/'));

const includesOf = (path: string): string[] =>
  [...readFileSync(join(NATIVE, path), 'utf8').matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)].map(
    (match) => match[1] as string,
  );

t.test('rooms include along the table', (t) => {
  t.ok(files.length > 30);
  for (const path of files) {
    const room = path.split('/')[0] as string;
    for (const header of includesOf(path)) {
      const target = header.split('/')[0] as string;
      if (!header.includes('/') || MAY[target] === undefined || target === room) continue;
      t.ok(MAY[room]?.includes(target), `${path} includes ${header}`);
    }
  }
  t.end();
});

t.test('headers of others stay at home', (t) => {
  for (const path of files) {
    for (const header of includesOf(path)) {
      for (const [pattern, home] of HOMES) {
        if (pattern.test(header)) t.match(path, home, `${path} includes ${header}`);
      }
    }
  }
  t.end();
});

t.test('the policy is pure', (t) => {
  t.same(includesOf('batching/policy.h'), ['vector', 'base/clock.h']);
  t.end();
});
