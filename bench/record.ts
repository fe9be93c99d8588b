/**
 * The figures of docs/benchmarks.md in one go, each bench after the other on a machine that does nothing else:
 * at most a quarter of an hour, `--quick` in four minutes without the fresh installation.
 */
import { parseArgs } from 'node:util';
import { run as accuracy } from './accuracy.js';
import { run as firstVerdict } from './first-verdict.js';
import { run as memory } from './memory.js';
import { progress } from './report.js';
import { run as sideBySide } from './side-by-side.js';
import { run as singleCore } from './single-core.js';

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: { quick: { type: 'boolean', default: false } } });
  const effort = values.quick ? ['--quick'] : [];
  const steps: [string, () => Promise<void>][] = [
    ['side-by-side', () => sideBySide(effort)],
    ['single-core', () => singleCore(effort)],
    ['accuracy', () => accuracy(effort)],
    ['memory', () => memory(effort)],
    ...(values.quick ? [] : [['first-verdict', () => firstVerdict([])] as [string, () => Promise<void>]]),
  ];
  const failed: string[] = [];
  for (const [name, step] of steps) {
    progress(`== ${name}`);
    // One bench that fails must not take the others' figures with it.
    await step().catch((error: Error) => {
      failed.push(name);
      console.error(`${name} failed: ${error.stack}`);
    });
  }
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
}
