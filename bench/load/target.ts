/** One request, built once and sent many times. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface Target {
  /** `http://127.0.0.1:8080` */
  url: string;
  /** Bearer key; absent: none is sent. */
  key?: string;
  /** Path of the image file. */
  image: string;
  /** Text parts beside the image, for example `include_heatmap: 'true'`. */
  options: Record<string, string>;
  /** Absent: `/v1/detect`. */
  path?: string;
}

export interface BuiltRequest {
  method: 'POST';
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

const BOUNDARY = '----aidet-bench-9f1c2b7d';

export function buildRequest({ image, key, options, path = '/v1/detect' }: Target): BuiltRequest {
  const text = Object.entries(options).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="${basename(image)}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: Buffer.concat([
      Buffer.from(text.join('') + file),
      readFileSync(image),
      Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
    ]),
  };
}
