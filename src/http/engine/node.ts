/** `node:http`: the plain engine that the other is compared with, and the one where no native binary may be loaded. */
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type BodySink,
  type CreateEngine,
  type Handler,
  HEAD_BYTES_MAX,
  HEADERS_MAX,
  type RequestHead,
  type TlsFiles,
} from './types.js';

const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 0,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
};

export const createNodeEngine: CreateEngine = (handler, settings) => {
  const listener = (req: IncomingMessage, res: ServerResponse): void => serve(req, res, handler);
  const options = { ...TIMEOUTS, maxHeaderSize: HEAD_BYTES_MAX };
  const { tls } = settings;
  const secure =
    tls === undefined ? undefined : https.createServer({ ...options, ...readTls(tls) }, listener);
  const server = secure ?? http.createServer(options, listener);
  // A client that waits for permission to send its body gets the verdict of the door instead, where that is a refusal.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    listener(req, res);
    if (!res.headersSent) res.writeContinue();
  });

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: settings.host, port: settings.port, exclusive: true }, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    reloadTls() {
      if (tls !== undefined) secure?.setSecureContext(readTls(tls));
    },
    stopListening() {
      if (server.listening) server.close();
      server.closeIdleConnections();
    },
    close: () =>
      new Promise((resolve) => {
        if (server.listening) server.close(() => resolve());
        else resolve();
        server.closeAllConnections();
      }),
  };
};

function readTls({ certPath, keyPath }: TlsFiles) {
  return { cert: readFileSync(certPath), key: readFileSync(keyPath), minVersion: 'TLSv1.2' as const };
}

function serve(req: IncomingMessage, res: ServerResponse, handler: Handler): void {
  if (req.rawHeaders.length > 2 * HEADERS_MAX) {
    res.writeHead(431, { connection: 'close', 'content-length': '0' }).end();
    return;
  }
  let sink: BodySink | undefined;
  let replied = false;
  res.on('close', () => {
    if (!res.writableFinished) sink?.abort();
    sink = undefined;
  });
  sink = handler(readHead(req), {
    reply(reply, connection) {
      if (replied || res.destroyed) return;
      replied = true;
      for (const [name, value] of reply.headers) res.appendHeader(name, value);
      if (connection === 'close') res.setHeader('Connection', 'close');
      res.setHeader('Content-Length', reply.body.byteLength);
      res.writeHead(reply.status);
      res.end(reply.body);
    },
    pause: () => req.pause(),
    resume: () => req.resume(),
  });
  req.on('data', (chunk: Buffer) => {
    if (!replied) sink?.chunk(chunk);
  });
  req.on('end', () => {
    if (!replied) sink?.end();
  });
}

function readHead(req: IncomingMessage): RequestHead {
  const headers = new Map<string, string>();
  const { rawHeaders, url = '/' } = req;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = rawHeaders[i + 1] as string;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  const mark = url.indexOf('?');
  return {
    method: req.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    remoteAddress: req.socket.remoteAddress ?? '',
  };
}
