/**
 * Opens the uWebSockets.js binary of this Node version. npm holds one package a platform and Node version, so the right
 * one is chosen here; the interface below is the part of upstream's that uws.ts uses.
 */
import { createRequire } from 'node:module';
import { HEAD_BYTES_MAX } from './types.js';

/** `process.versions.modules` → package. */
export const UWS_PACKAGES: Readonly<Record<string, string>> = {
  '115': '@uwsjs/linux-x64-20',
  '127': '@uwsjs/linux-x64-22',
};

/** A socket that listens; opaque. */
export type ListenSocket = object;

export interface UwsRequest {
  getMethod(): string;
  getUrl(): string;
  getQuery(): string | undefined;
  forEach(each: (name: string, value: string) => void): void;
}

export interface UwsResponse {
  onAborted(handler: () => void): UwsResponse;
  /** The chunk is detached when the handler returns. */
  onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): UwsResponse;
  /** The handler gets the offset written so far and returns whether everything was taken. */
  onWritable(handler: (offset: number) => boolean): UwsResponse;
  cork(action: () => void): UwsResponse;
  pause(): void;
  resume(): void;
  writeStatus(status: string): UwsResponse;
  writeHeader(name: string, value: string): UwsResponse;
  end(body: Uint8Array, closeConnection?: boolean): UwsResponse;
  endWithoutBody(reportedLength?: number, closeConnection?: boolean): UwsResponse;
  tryEnd(fullBodyOrChunk: Uint8Array, totalSize: number): [ok: boolean, done: boolean];
  getRemoteAddressAsText(): ArrayBuffer;
}

export interface UwsApp {
  any(pattern: string, handler: (res: UwsResponse, req: UwsRequest) => void): UwsApp;
  listen(host: string, port: number, options: number, opened: (socket: ListenSocket | false) => void): UwsApp;
  close(): UwsApp;
}

export interface Uws {
  App(): UwsApp;
  SSLApp(options: { key_file_name: string; cert_file_name: string }): UwsApp;
  us_listen_socket_close(socket: ListenSocket): void;
  us_socket_local_port(socket: ListenSocket): number;
  LIBUS_LISTEN_EXCLUSIVE_PORT: number;
}

/** @throws Error that says what would help, where there is no binary for this Node version or machine. */
export function openUws(modulesVersion: string = process.versions.modules): Uws {
  const name = UWS_PACKAGES[modulesVersion];
  const instead = 'set AIDET_ENGINE=node to serve with node:http instead';
  if (name === undefined)
    throw new Error(
      `The uws engine runs on Node 20 and 22 (this is ${process.version}); use one of them, or ${instead}`,
    );
  // Read once, when the binary is loaded.
  process.env.UWS_HTTP_MAX_HEADERS_SIZE ??= String(HEAD_BYTES_MAX);
  try {
    return createRequire(import.meta.url)(name) as Uws;
  } catch (error) {
    const machine = `${process.platform} ${process.arch}, Node ${process.versions.node.split('.')[0]}`;
    throw new Error(
      `The uws engine's package ${name} can not be loaded on this machine (${machine}); it needs x86-64 Linux with glibc 2.27 ` +
        `or later and Node 20 or 22. Run \`npm ci\` with optional dependencies, or ${instead}`,
      { cause: error },
    );
  }
}
