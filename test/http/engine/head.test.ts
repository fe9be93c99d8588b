import { once } from 'node:events';
import t from 'tap';
import { ENGINES, openSocket, startTestApp } from '../../support/running-app.js';

for (const engine of ENGINES) {
  t.test(`${engine}: a connection lives on after HEAD`, async (t) => {
    const app = await startTestApp(t, { engine });
    const socket = await openSocket(app);
    t.teardown(() => socket.destroy());
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    for (const [request, status] of [
      ['HEAD /livez', 200],
      ['HEAD /v1/detect', 404],
      ['GET /livez', 200],
    ] as const) {
      received = '';
      socket.write(`${request} HTTP/1.1\r\nHost: ${app.host}\r\n\r\n`);
      while (!received.includes('\r\n\r\n'))
        await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      t.match(received, new RegExp(`^HTTP/1.1 ${status} `), request);
      t.match(received, /\r\nContent-Length: [1-9]\d*\r\n/, 'the length that GET would have');
      t.equal(received.endsWith('\r\n\r\n'), request.startsWith('HEAD'), 'a body only after GET');
    }
  });
}
