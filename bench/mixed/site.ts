/**
 * A site with images, good and bad, and the way to it. The server refuses addresses of its own machine, so it is reached through
 * a proxy as an operator would set one: `--fetch-proxy`. Names end in `.test` and are never looked up.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Site {
  /** For `--fetch-proxy`. */
  proxyUrl: string;
  /** Of the path `/<name>`. */
  urlOf(path: string): string;
  /** Images that were asked for. */
  served(): number;
  close(): Promise<void>;
}

/** @param image What `/good…` gives, with the path written behind it, so that each path has another content. */
export async function startSite(image: Buffer): Promise<Site> {
  let served = 0;
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  };
  const site = createServer((request, response) => {
    served++;
    answer(request, response, image).catch(() => response.destroy());
  }).on('connection', track);
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const { port } = site.address() as AddressInfo;
  const proxy = createServer().on('connection', track);
  proxy.on('connect', (_request, client: Socket, head: Buffer) => {
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    track(upstream);
    client.once('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    urlOf: (path) => `http://images.test/${path}`,
    served: () => served,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([site, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function answer(
  { url = '/' }: IncomingMessage,
  response: ServerResponse,
  image: Buffer,
): Promise<void> {
  const [, kind = ''] = /^\/([a-z]+)/.exec(url) ?? [];
  switch (kind) {
    case 'good':
      response.end(Buffer.concat([image, Buffer.from(url)]));
      return;
    case 'slow':
      for (let at = 0; at < image.length; at += 8192) {
        if (response.destroyed) return;
        response.write(image.subarray(at, at + 8192));
        await sleep(20);
      }
      response.end();
      return;
    case 'drip':
      while (!response.destroyed) {
        response.write('x');
        await sleep(200);
      }
      return;
    case 'loop':
      response.writeHead(302, { location: url }).end();
      return;
    case 'huge':
      Readable.from(Array(40).fill(Buffer.alloc(1_000_000)))
        .on('error', () => {})
        .pipe(response);
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': image.length }).write(image.subarray(0, 1000));
      await sleep(10);
      response.destroy();
      return;
    case 'text':
      response.end('<html>no image</html>');
      return;
    default:
      response.writeHead(404).end();
  }
}
