import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the repository; the compiled file lies in dist/test/support. */
const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** A folder of files by other makers, which are not part of the repository, or why a test that needs it is left out. */
export function sharedFolder(name: string): { path: string; skip: string | false } {
  const path = `${SHARED}${name}`;
  return { path, skip: existsSync(path) ? false : `../shared/${name} is not here` };
}
