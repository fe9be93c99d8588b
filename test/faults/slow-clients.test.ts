/** Five hundred clients that hardly move do not keep an ordinary one from its answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import {
  assertAtRest,
  detect,
  ENGINES,
  fixture,
  openSocket,
  rawDetect,
  startTestApp,
} from '../support/running-app.js';

const CLIENTS = 500;
const image = await fixture('grey.jpg');

for (const engine of ENGINES) {
  t.test(`${engine}: ${CLIENTS} slow connections`, async (t) => {
    const app = await startTestApp(t, { engine });
    const { head, body } = rawDetect(app, image);
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => openSocket(app)));
    // A third each: silent, stuck in the head, stuck in the body.
    const sent = [new Uint8Array(0), Buffer.from(head), Buffer.concat([Buffer.from(head), body])];
    const progress = sockets.map((_, i) => Math.max(0, (sent[i % 3] as Uint8Array).length - 200));
    sockets.forEach((socket, i) => {
      socket.write((sent[i % 3] as Uint8Array).subarray(0, progress[i]));
    });
    let dripping = true;
    const drip = (async () => {
      while (dripping) {
        sockets.forEach((socket, i) => {
          const at = progress[i] as number;
          // The last byte is never sent.
          if (socket.writable && at > 0 && at < (sent[i % 3] as Uint8Array).length - 1) {
            socket.write((sent[i % 3] as Uint8Array).subarray(at, at + 1));
            progress[i] = at + 1;
          }
        });
        await sleep(20);
      }
    })();
    for (let i = 0; i < 5; i++) {
      const answer = await detect(app, image);
      t.equal(answer.status, 200, JSON.stringify(answer.body.error ?? 'served'));
    }
    t.equal((await fetch(`${app.url}/livez`)).status, 200);
    dripping = false;
    await drip;
    for (const socket of sockets) socket.destroy();
    await assertAtRest(t, app);
  });
}
