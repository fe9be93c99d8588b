/** A client that is held back for longer than any engine's patience is let go on afterwards, on both engines. */
import { request } from 'node:http';
import t from 'tap';
import { createNodeEngine } from '../../../src/http/engine/node.js';
import type { Responder } from '../../../src/http/engine/types.js';
import { createUwsEngine } from '../../../src/http/engine/uws.js';

const BODY_BYTES = 60_000_000;
const HELD_MS = 14_000;

for (const [name, create] of Object.entries({ uws: createUwsEngine, node: createNodeEngine })) {
  t.test(name, async (t) => {
    let received = 0;
    let whileHeld = 0;
    let aborted = false;
    const server = create(
      (_, responder: Responder) => {
        let held = false;
        return {
          chunk(bytes) {
            received += bytes.byteLength;
            if (held || received < 1_000_000) return;
            held = true;
            responder.pause();
            setTimeout(() => {
              whileHeld = received;
              responder.resume();
            }, HELD_MS);
          },
          end: () => responder.reply({ status: 200, headers: [], body: Buffer.from(`${received}`) }, 'close'),
          abort() {
            aborted = true;
          },
        };
      },
      { host: '127.0.0.1', port: 0 },
    );
    const port = await server.listen();
    t.teardown(() => server.close());
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = request(
        { port, method: 'POST', headers: { 'content-length': BODY_BYTES } },
        (response) => {
          response.setEncoding('latin1').on('data', resolve);
        },
      );
      sent.on('error', reject);
      sent.end(Buffer.alloc(BODY_BYTES));
    });
    t.equal(answer, String(BODY_BYTES), 'all of it came');
    t.equal(aborted, false);
    t.ok(whileHeld < BODY_BYTES / 2, `${whileHeld} bytes came while it was held back`);
  });
}
