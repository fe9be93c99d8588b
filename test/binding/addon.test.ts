import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openAddon } from '../../src/binding/addon.js';

t.test('the addon of this package', async (t) => {
  const addon = openAddon();
  t.match(addon.version, /^\d+\.\d+\.\d+/);
  t.type(addon.Runtime, 'function');
  t.equal(openAddon().Runtime, addon.Runtime, 'loaded once');
});

t.test('what cannot be loaded is explained', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'aidet-addon-'));
  t.teardown(() => rm(folder, { recursive: true }));
  t.throws(() => openAddon(join(folder, 'aidet.node')), { message: /is not built \(.*npm rebuild/ });
  const broken = join(folder, 'broken.node');
  await writeFile(broken, 'not a library');
  t.throws(() => openAddon(broken), { message: /does not load on this machine \(linux .*npm rebuild/ });
});
