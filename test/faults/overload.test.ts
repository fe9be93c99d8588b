/** More work than fits is refused at once and says when to come back; what was taken in is finished. */
import t from 'tap';
import { renderPhoto, sharpOf } from '../../bench/images.js';
import { assertAtRest, detect, ENGINES, startTestApp } from '../support/running-app.js';

/** 24 tiles, so that the quickest machine is at work for a while. */
const image = await sharpOf(renderPhoto(1600, 1200, 24), 1600, 1200)
  .jpeg()
  .toBuffer();

for (const engine of ENGINES) {
  t.test(`${engine}: full budget of images`, async (t) => {
    const app = await startTestApp(t, { engine, workers: 1, in_flight_max: 2 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => detect(app, image)));
    const served = answers.filter((a) => a.status === 200);
    const refused = answers.filter((a) => a.status === 503);
    t.equal(served.length + refused.length, 30, 'a verdict or 503, nothing else');
    t.ok(served.length >= 2, 'what fits is served');
    t.ok(refused.length > 0, 'what does not is refused');
    for (const { headers, body } of refused) {
      t.match(headers.get('retry-after'), /^[1-9]\d*$/);
      t.equal(body.error.code, 'service_unavailable');
      t.equal(body.error.request_id, headers.get('x-request-id'));
    }
    await assertAtRest(t, app);
    t.equal((await detect(app, image)).status, 200, 'afterwards there is room again');
  });

  t.test(`${engine}: full queue of tiles`, async (t) => {
    const app = await startTestApp(t, { engine, workers: 4, queue_tiles_max: 24 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => detect(app, image)));
    t.ok(answers.some((a) => a.status === 200));
    for (const { status, headers } of answers.filter((a) => a.status !== 200)) {
      t.equal(status, 503);
      t.match(headers.get('retry-after'), /^[1-9]\d*$/);
    }
    await assertAtRest(t, app);
  });

  t.test(`${engine}: a deadline that can not be met`, async (t) => {
    const app = await startTestApp(t, { engine, workers: 1, deadline_ms: 100 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => detect(app, image)));
    const late = answers.filter((a) => a.status !== 200);
    t.ok(late.length > 0, 'forty images on one worker take longer');
    for (const { status, body } of late) {
      t.equal(status, 503);
      t.equal(body.error.code, 'service_unavailable');
    }
    await assertAtRest(t, app);
  });
}
