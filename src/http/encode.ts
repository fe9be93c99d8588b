import { Packr } from 'msgpackr';
import type { Headers } from './engine/types.js';

export type Encoding = 'json' | 'msgpack';

/** Maps as plain MessagePack maps, which any client reads; no extension types. */
const packr = new Packr({ useRecords: false, variableMapSize: true });
const text = new TextEncoder();

const MEDIA_TYPE: Record<Encoding, string> = { json: 'application/json', msgpack: 'application/msgpack' };

export function encode(value: object, encoding: Encoding): { bytes: Uint8Array; contentType: string } {
  const bytes = encoding === 'json' ? text.encode(JSON.stringify(value)) : Uint8Array.from(packr.pack(value));
  return { bytes, contentType: MEDIA_TYPE[encoding] };
}

/** MessagePack only where `Accept` names it and does not rank JSON above it. */
export function acceptedEncoding(headers: Headers): Encoding {
  const weights: Record<Encoding, number> = { json: 0, msgpack: 0 };
  for (const range of (headers.get('accept') ?? '').toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    const q = parameters.find((p) => p.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2)) || 0;
    if (type === 'application/msgpack' || type === 'application/x-msgpack') weights.msgpack = weight;
    if (type === 'application/json') weights.json = weight;
  }
  return weights.msgpack > 0 && weights.msgpack >= weights.json ? 'msgpack' : 'json';
}
