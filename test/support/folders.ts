import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A fresh folder that goes with the test. */
export function freshFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'aidet-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
