/** Clients that go away at every stage of a request: whatever they held is given back, and the next one is served. */
import type { Socket } from 'node:net';
import t from 'tap';
import { renderPhoto, sharpOf } from '../../bench/images.js';
import {
  assertAtRest,
  detect,
  ENGINES,
  fixture,
  metric,
  openSocket,
  rawDetect,
  startTestApp,
  until,
} from '../support/running-app.js';

const small = await fixture('street.jpg');
/** Long enough at work that an abort meets it there: 24 tiles. */
const large = await sharpOf(renderPhoto(1600, 1200, 21), 1600, 1200)
  .jpeg()
  .toBuffer();

const closed = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once('close', resolve);
    socket.destroy();
  });

for (const engine of ENGINES) {
  t.test(`${engine}: aborts leave nothing behind`, async (t) => {
    const app = await startTestApp(t, { engine, workers: 1 });
    const before = await detect(app, small);
    t.equal(before.status, 200);
    const { head, body } = rawDetect(app, small);
    const stages: Record<string, (socket: Socket) => Promise<void>> = {
      'in the middle of the head': async (socket) => {
        socket.write(head.slice(0, head.length / 2));
      },
      'between head and body': async (socket) => {
        socket.write(head);
      },
      'in the middle of the body': async (socket) => {
        socket.write(head);
        socket.write(body.subarray(0, body.length / 2));
      },
      'after the body, not waiting for the answer': async (socket) => {
        socket.write(head);
        socket.write(body);
      },
      'with a body shorter than announced': async (socket) => {
        socket.write(head);
        socket.end(body.subarray(0, 10));
      },
    };
    for (const [stage, act] of Object.entries(stages)) {
      const sockets = await Promise.all(Array.from({ length: 10 }, () => openSocket(app)));
      await Promise.all(sockets.map(act));
      await Promise.all(sockets.map(closed));
      t.comment(stage);
      await assertAtRest(t, app);
    }

    t.comment('while others wait in the queue, and while at work');
    const long = rawDetect(app, large, '?include_heatmap=true');
    const sockets = await Promise.all(Array.from({ length: 12 }, () => openSocket(app)));
    const tiles = await metric(app, 'aidet_inference_tiles_total');
    for (const socket of sockets) {
      socket.write(long.head);
      socket.write(long.body);
    }
    await until('tiles are at work', async () => (await metric(app, 'aidet_inference_tiles_total')) > tiles);
    await Promise.all(sockets.map(closed));
    await assertAtRest(t, app);

    t.comment('while the answer comes');
    const { head: asked, body: sent } = rawDetect(app, large, '?include_heatmap=true');
    for (let i = 0; i < 3; i++) {
      const socket = await openSocket(app);
      const first = new Promise((resolve) => socket.once('data', resolve));
      socket.write(asked);
      socket.write(sent);
      await first;
      await closed(socket);
    }
    await assertAtRest(t, app);

    const after = await detect(app, small);
    t.equal(after.status, 200);
    t.equal(after.body.ai_probability, before.body.ai_probability, 'and the figures are what they were');
  });
}
