import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openUws, UWS_PACKAGES } from '../../../src/http/engine/uws-library.js';

/** Of release v20.51.0, as republished; another byte means another server. */
const SHA256: Record<string, string> = {
  '@uwsjs/linux-x64-20': '4d482084b665c225892917ee0e9b9572d89eaa6f3dc200ff5e536293d3456c89',
  '@uwsjs/linux-x64-22': 'f687e7c3666b5cca9d355184bbf07bb0550f5ba0d3ffd453248ccfec552dde6c',
};

const binary = (name: string): string =>
  fileURLToPath(new URL(`../../../../node_modules/${name}/uws.node`, import.meta.url));

const present = Object.values(UWS_PACKAGES).filter((name) => existsSync(binary(name)));
const skip = present.length === 0 ? 'no package for this machine is installed' : false;

t.test('the binaries are the ones that were looked at', { skip }, async (t) => {
  for (const name of present) {
    t.equal(
      createHash('sha256')
        .update(readFileSync(binary(name)))
        .digest('hex'),
      SHA256[name],
      name,
    );
  }
});

t.test('it opens on this Node, and has what the engine uses', { skip }, async (t) => {
  const library = openUws();
  for (const name of ['App', 'SSLApp', 'us_listen_socket_close', 'us_socket_local_port'] as const)
    t.type(library[name], 'function', name);
  t.type(library.LIBUS_LISTEN_EXCLUSIVE_PORT, 'number');
});

t.test('where it can not be opened, the message says what helps', async (t) => {
  const helpful = { message: /Node 20 and 22.*AIDET_ENGINE=node/ };
  t.throws(() => openUws('137'), helpful, 'Node 24');
  const other = Object.keys(UWS_PACKAGES).find(
    (modules) => !existsSync(binary(UWS_PACKAGES[modules] as string)),
  );
  if (other !== undefined)
    t.throws(() => openUws(other), { message: /can not be loaded.*AIDET_ENGINE=node/ });
});
