/**
 * Requests that a proxy and the server might cut at different places. What follows such a head must never be answered as a
 * request of its own: there is one answer at most, a refusal, and the connection ends.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { ENGINES, openSocket, type RunningApp, startTestApp } from '../support/running-app.js';

const HIDDEN = 'GET /v1/usage HTTP/1.1\r\nHost: a\r\nX-Hidden: ';

/** Heads of a POST, each with the body behind it that carries the hidden request. */
const CASES: Record<string, [headers: string[], body: string]> = {
  'length before chunks': [['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${HIDDEN}`],
  'chunks before length': [['Transfer-Encoding: chunked', 'Content-Length: 6'], `0\r\n\r\n${HIDDEN}`],
  'two lengths': [['Content-Length: 3', 'Content-Length: 80'], `abc${HIDDEN}`],
  'the same length twice in one': [['Content-Length: 3, 3'], `abc${HIDDEN}`],
  'a length with a sign': [['Content-Length: +3'], `abc${HIDDEN}`],
  'a negative length': [['Content-Length: -3'], HIDDEN],
  'a length in hex': [['Content-Length: 0x3'], `abc${HIDDEN}`],
  'a length with a tail': [['Content-Length: 3 3'], `abc${HIDDEN}`],
  'a length of two lines': [['Content-Length: 3', ' 80'], `abc${HIDDEN}`],
  'another coding': [['Transfer-Encoding: xchunked'], `0\r\n\r\n${HIDDEN}`],
  'two codings': [['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${HIDDEN}`],
  'chunked twice': [['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${HIDDEN}`],
  'a space before the colon': [['Transfer-Encoding : chunked', 'Content-Length: 5'], `0\r\n\r\n${HIDDEN}`],
  'a tab before the coding': [['Transfer-Encoding:\tchunked', 'Content-Length: 5'], `0\r\n\r\n${HIDDEN}`],
  'a vertical tab in the coding': [
    ['Transfer-Encoding: \x0bchunked', 'Content-Length: 5'],
    `0\r\n\r\n${HIDDEN}`,
  ],
  'a null in a name': [['Transfer-Encoding\0: chunked', 'Content-Length: 5'], `0\r\n\r\n${HIDDEN}`],
  'a chunk size with a sign': [['Transfer-Encoding: chunked'], `-1\r\nabc\r\n0\r\n\r\n${HIDDEN}`],
  'a chunk size in another base': [['Transfer-Encoding: chunked'], `0x3\r\nabc\r\n0\r\n\r\n${HIDDEN}`],
  'a chunk longer than it says': [['Transfer-Encoding: chunked'], `3\r\nabcdef\r\n0\r\n\r\n${HIDDEN}`],
  'a chunk size beyond 64 bits': [
    ['Transfer-Encoding: chunked'],
    `10000000000000003\r\nabc\r\n0\r\n\r\n${HIDDEN}`,
  ],
  'two hosts': [['Host: a', 'Host: b', 'Content-Length: 0'], HIDDEN],
  'a host with a path': [['Host: b/c', 'Content-Length: 0'], HIDDEN],
};

/** Sends everything and reads to the end of the connection, which the server must bring about. */
async function talk(app: RunningApp, ...pieces: string[]): Promise<string> {
  const socket = await openSocket(app);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  const closed = once(socket, 'close');
  for (const piece of pieces) {
    socket.write(Buffer.from(piece, 'latin1'));
    await Promise.race([closed, sleep(20)]);
  }
  await closed;
  return answer;
}

for (const engine of ENGINES) {
  test(`${engine}: no request hides behind another`, async (t) => {
    const app = await startTestApp(t, { engine });
    const hidden = `${HIDDEN}1\r\nAuthorization: Bearer ${app.key}\r\n\r\n`;
    for (const [name, [headers, body]] of Object.entries(CASES)) {
      const own = headers.some((header) => header.startsWith('Host:')) ? [] : [`Host: ${app.host}`];
      const head = [
        'POST /v1/detect HTTP/1.1',
        ...own,
        ...headers,
        `Authorization: Bearer ${app.key}`,
        'Content-Type: image/png',
      ];
      const start = `${head.join('\r\n')}\r\n\r\n`;
      const rest = body.replace(HIDDEN, hidden);
      // All at once, and what is hidden when the head was seen already.
      for (const pieces of [[start + rest], [start, rest]]) {
        const answer = await talk(app, ...pieces);
        const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
        const refused = statuses.length <= 1 && /^(4\d\d|501)?$/.test(statuses[0] ?? '');
        t.ok(refused, `${name}: ${statuses.join(' ') || 'closed'}`);
        t.notMatch(answer, /"scans"/, 'the hidden request was not answered');
      }
    }
  });

  test(`${engine}: requests behind each other on one connection are answered in order, or not at all`, async (t) => {
    const app = await startTestApp(t, { engine });
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: ${app.host}\r\n\r\n`;
    const last = get('/readyz').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const answer = await talk(app, get('/livez') + get('/nowhere') + last);
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
    t.same(statuses, ['200', '404', '200'].slice(0, statuses.length));
    t.ok(statuses.length >= 1);
  });
}
