/**
 * MessagePack into what JSON could say, and binary. Written for hostile bytes: no extension types, no keys but strings, a bound on
 * depth, and no memory for more than what is there. The encoder is msgpackr; its decoder knows records, references and
 * class instances, which have no business in a request.
 */
const DEPTH_MAX = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Binary values are views of `bytes`; integers beyond 2^53 lose their last digits, as in JSON. Throws Error. */
export function decodeMsgpack(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.atEnd) throw new Error('bytes behind the value');
  return value;
}

class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.at === this.bytes.byteLength;
  }

  value(depth: number): unknown {
    const type = this.uint(1);
    if (type < 0x80) return type;
    if (type < 0x90) return this.map(type & 0x0f, depth);
    if (type < 0xa0) return this.array(type & 0x0f, depth);
    if (type < 0xc0) return this.text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.take(this.uint(1 << (type - 0xc4)));
      case 0xca:
        return this.view.getFloat32(this.skip(4));
      case 0xcb:
        return this.view.getFloat64(this.skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.uint(1 << (type - 0xcc));
      case 0xcf:
        return Number(this.view.getBigUint64(this.skip(8)));
      case 0xd0:
        return this.view.getInt8(this.skip(1));
      case 0xd1:
        return this.view.getInt16(this.skip(2));
      case 0xd2:
        return this.view.getInt32(this.skip(4));
      case 0xd3:
        return Number(this.view.getBigInt64(this.skip(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.uint(1 << (type - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.array(this.uint(2 << (type - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.map(this.uint(2 << (type - 0xde)), depth);
      default:
        throw new Error('an extension type, or none at all');
    }
  }

  private array(length: number, depth: number): unknown[] {
    this.enter(depth);
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) list.push(this.value(depth + 1));
    return list;
  }

  private map(length: number, depth: number): Record<string, unknown> {
    this.enter(depth);
    const entries: [string, unknown][] = [];
    for (let i = 0; i < length; i++) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new Error('a key that is no string');
      entries.push([key, this.value(depth + 1)]);
    }
    // Own properties whatever their names, `__proto__` included.
    return Object.fromEntries(entries);
  }

  private enter(depth: number): void {
    if (depth >= DEPTH_MAX) throw new Error(`nested deeper than ${DEPTH_MAX}`);
  }

  private text(length: number): string {
    return utf8.decode(this.take(length));
  }

  private take(length: number): Uint8Array {
    const from = this.skip(length);
    return this.bytes.subarray(from, from + length);
  }

  /** @param length 1, 2 or 4 bytes */
  private uint(length: number): number {
    const from = this.skip(length);
    return length === 1
      ? this.view.getUint8(from)
      : length === 2
        ? this.view.getUint16(from)
        : this.view.getUint32(from);
  }

  /** Where the next bytes begin. Throws where there are not so many. */
  private skip(length: number): number {
    const from = this.at;
    if (length > this.bytes.byteLength - from) throw new Error('cut off');
    this.at += length;
    return from;
  }
}
