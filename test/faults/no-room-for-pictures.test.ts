/** A disk that takes no more pictures costs the picture, not the verdict. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { assertAtRest, detect, ENGINES, fixture, startTestApp } from '../support/running-app.js';

const image = await fixture('street.jpg');

for (const engine of ENGINES) {
  t.test(`${engine}: no room for pictures`, async (t) => {
    const app = await startTestApp(t, { engine });
    const folder = join(app.dataDir, 'artifacts');
    rmSync(folder, { recursive: true });
    // Whoever runs the tests may write everywhere; nobody can make a folder below a file.
    writeFileSync(folder, '');
    const { status, body } = await detect(app, image, { include_heatmap: 'true' });
    t.equal(status, 200);
    t.equal(body.heatmap_url, null);
    t.ok(body.heatmap.values.length > 0, 'the figures are there');
    const inline = await detect(app, image, { include_heatmap: 'true', heatmap_inline: 'true' });
    t.match(
      inline.body.heatmap_url,
      /^data:image\/png;base64,/,
      'a picture that is not stored needs no room',
    );
    rmSync(folder);
    const again = await detect(app, image, { include_heatmap: 'true' });
    t.match(again.body.heatmap_url, /\/v1\/artifacts\/art_/, 'with room there are pictures again');
    t.equal((await fetch(again.body.heatmap_url)).status, 200);
    await assertAtRest(t, app);
  });
}
