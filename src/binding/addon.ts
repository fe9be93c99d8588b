/** Finds and opens the addon, and explains where it cannot: the only place that loads a `.node` file. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeAddon } from './types.js';

/** The package's own folder; the compiled file lies in dist/src/binding. */
const PACKAGE_ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DEFAULT_PATH = join(PACKAGE_ROOT, 'build-addon', 'aidet.node');

/**
 * @param path AIDET_ADDON names another build, as the sanitizer tests do
 * @throws Error with a sentence that says what to do
 */
export function openAddon(path = process.env.AIDET_ADDON ?? DEFAULT_PATH): NativeAddon {
  const { platform, arch } = process;
  if (platform !== 'linux') throw new Error(`aidet runs on Linux; this is ${platform}`);
  if (!existsSync(path)) {
    throw new Error(
      `The native addon is not built (${path}); run \`npm rebuild\` in the package, which needs a C++ compiler and CMake`,
    );
  }
  const require = createRequire(import.meta.url);
  let addon: NativeAddon;
  try {
    addon = require(path) as NativeAddon;
  } catch (error) {
    throw new Error(
      `The native addon does not load on this machine (${platform} ${arch}, Node ${process.versions.node}): ` +
        `${(error as Error).message}; run \`npm rebuild\` in the package`,
      { cause: error },
    );
  }
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  if (addon.version !== version) {
    throw new Error(
      `The native addon is of version ${addon.version}, the package of ${version}; run \`npm rebuild\``,
    );
  }
  return addon;
}
