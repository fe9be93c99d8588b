/** A pipeline worker that dies at work takes its images with it, not the server. */
import type { Worker } from 'node:worker_threads';
import t from 'tap';
import { renderPhoto, sharpOf } from '../../bench/images.js';
import { assertAtRest, detect, fixture, metric, startTestApp, until } from '../support/running-app.js';

const image = await fixture('street.jpg');
const large = await sharpOf(renderPhoto(1600, 1200, 22), 1600, 1200)
  .jpeg()
  .toBuffer();

t.test('workers killed in flight', async (t) => {
  const workers = new Set<Worker>();
  const remember = (worker: Worker): void => {
    workers.add(worker);
    worker.once('exit', () => workers.delete(worker));
  };
  process.on('worker', remember);
  t.teardown(() => process.off('worker', remember));
  const app = await startTestApp(t);
  const before = await detect(app, image);
  t.equal(before.status, 200);

  for (let round = 0; round < 3; round++) {
    const tiles = await metric(app, 'aidet_inference_tiles_total');
    const asked = Array.from({ length: 6 }, () => detect(app, large));
    await until('tiles are at work', async () => (await metric(app, 'aidet_inference_tiles_total')) > tiles);
    await Promise.all([...workers].map((worker) => worker.terminate()));
    for (const { status, body } of await Promise.all(asked)) {
      t.ok([200, 500, 503].includes(status), `an answer, not a hanging connection: ${status}`);
      if (status !== 200) t.match(body.error.code, /internal_error|service_unavailable/);
    }
    await assertAtRest(t, app);
  }
  const after = await detect(app, image);
  t.equal(after.status, 200, 'new workers took their places');
  t.equal(after.body.ai_probability, before.body.ai_probability);
});
