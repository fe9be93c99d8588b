/**
 * uWebSockets.js. Three rules of it shape this file: a handler that returns without `onAborted` ends the process, so its
 * first statement registers it; `req` and body chunks are gone when their callback returns, so they are read at once and
 * lent on; `res` must not be touched after the answer or an abort, so one state variable guards every use.
 */
import { STATUS_CODES } from 'node:http';
import type { BodySink, CreateEngine, Engine, EngineSettings, Handler, Reply, RequestHead } from './types.js';
import { UwsFlow } from './uws-flow.js';
import {
  type ListenSocket,
  openUws,
  type Uws,
  type UwsApp,
  type UwsRequest,
  type UwsResponse,
} from './uws-library.js';

/** Answers beyond this go out in the pieces that the socket takes, instead of being copied whole into its buffer. */
const BYTES_AT_ONCE = 65_536;

/** Option of listen: other listeners of this port are allowed. */
const SHARED_PORT = 0;

const DROP: BodySink = { chunk() {}, end() {}, abort() {} };

export const createUwsEngine: CreateEngine = (handler, settings) => {
  const uWS = openUws();
  let app: UwsApp | undefined;
  let socket: ListenSocket | undefined;
  let port = settings.port;
  const retired: UwsApp[] = [];

  async function listen(): Promise<number> {
    app = createApp(uWS, handler, settings);
    if (settings.tls === undefined) {
      socket = await open(app, settings.host, port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT);
    } else {
      // A reload needs a port that two apps may share, and sharing would hide that another process has it: so it is
      // taken alone first.
      const probe = await open(uWS.App(), settings.host, port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT);
      port = uWS.us_socket_local_port(probe);
      uWS.us_listen_socket_close(probe);
      socket = await open(app, settings.host, port, SHARED_PORT);
    }
    port = uWS.us_socket_local_port(socket);
    return port;
  }

  return {
    listen,
    // The new app shares the port for a moment, so that no connection is refused between the two.
    reloadTls() {
      if (settings.tls === undefined || app === undefined || socket === undefined) return;
      const next = createApp(uWS, handler, settings);
      const old = { app, socket };
      next.listen(settings.host, port, SHARED_PORT, (opened: ListenSocket | false) => {
        if (opened === false) return;
        app = next;
        socket = opened;
        uWS.us_listen_socket_close(old.socket);
        retired.push(old.app);
      });
    },
    stopListening() {
      if (socket !== undefined) uWS.us_listen_socket_close(socket);
      socket = undefined;
    },
    async close() {
      this.stopListening();
      for (const each of [...retired, app]) each?.close();
    },
  } satisfies Engine;
};

function createApp(uWS: Uws, handler: Handler, { tls }: EngineSettings): UwsApp {
  const app =
    tls === undefined ? uWS.App() : uWS.SSLApp({ cert_file_name: tls.certPath, key_file_name: tls.keyPath });
  return app.any('/*', (res, req) => serve(res, req, handler));
}

function open(app: UwsApp, host: string, port: number, options: number): Promise<ListenSocket> {
  return new Promise((resolve, reject) => {
    app.listen(host, port, options, (opened: ListenSocket | false) => {
      if (opened === false)
        reject(new Error(`Can not listen on ${host}:${port}: in use or not an address of this machine`));
      else resolve(opened);
    });
  });
}

function serve(res: UwsResponse, req: UwsRequest, handler: Handler): void {
  let state: 'open' | 'answering' | 'over' = 'open';
  let sink: BodySink = DROP;
  /** The engine is reading: what it calls us with may not be all that it has read. */
  let reading = true;
  const flow = new UwsFlow(res);
  res.onAborted(() => {
    state = 'over';
    flow.over();
    sink.abort();
    sink = DROP;
  });
  res.onData((chunk, last) => {
    if (state !== 'open') return;
    reading = true;
    if (chunk.byteLength > 0) sink.chunk(new Uint8Array(chunk));
    if (state === 'open') flow.heard();
    // The chunk may have been one too many: then the sink has answered.
    if (last && state === 'open') sink.end();
    reading = false;
  });
  const head = readHead(res, req);
  const finish = (): void => {
    state = 'over';
    sink = DROP;
  };
  sink = handler(head, {
    reply(reply, connection) {
      if (state !== 'open') return;
      // What still comes of the body is to be read and dropped.
      flow.resume();
      state = 'answering';
      const close = connection === 'close';
      const answer = (): void => {
        if (state === 'answering') res.cork(() => send(res, reply, head.method === 'HEAD', close, finish));
      };
      // An answer that ends the connection must wait until everything that was read is parsed: only while an answer is
      // pending does the engine refuse what it takes for the next request, which may be the rest of an ambiguous one.
      if (close && reading) setImmediate(answer);
      else answer();
    },
    pause() {
      if (state === 'open') flow.pause();
    },
    resume() {
      if (state === 'open') flow.resume();
    },
  });
  reading = false;
}

function readHead(res: UwsResponse, req: UwsRequest): RequestHead {
  const headers = new Map<string, string>();
  req.forEach((name, value) => {
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  });
  return {
    method: req.getMethod().toUpperCase(),
    path: req.getUrl(),
    query: req.getQuery() ?? '',
    headers,
    remoteAddress: Buffer.from(res.getRemoteAddressAsText()).toString('latin1'),
  };
}

function send(res: UwsResponse, reply: Reply, headOnly: boolean, close: boolean, finish: () => void): void {
  const { status, headers, body } = reply;
  res.writeStatus(`${status} ${STATUS_CODES[status] ?? 'Unknown'}`);
  for (const [name, value] of headers) res.writeHeader(name, value);
  if (headOnly) {
    // Told the length, it waits for these bytes for ever, and cuts the connection when the next request comes.
    if (close) res.endWithoutBody(body.byteLength, true);
    else res.writeHeader('Content-Length', String(body.byteLength)).endWithoutBody();
    finish();
    return;
  }
  if (close || body.byteLength <= BYTES_AT_ONCE) {
    res.end(body, close);
    finish();
    return;
  }
  const [, done] = res.tryEnd(body, body.byteLength);
  if (done) {
    finish();
    return;
  }
  res.onWritable((offset) => {
    const [ok, nowDone] = res.tryEnd(body.subarray(offset), body.byteLength);
    if (nowDone) finish();
    return ok;
  });
}
