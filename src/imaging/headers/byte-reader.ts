/** A header that its own format does not allow; `probe` turns it into `invalid_request`. */
export class HeaderError extends Error {}

/** A file of a known format in a kind that no decoder here reads; `probe` turns it into `image_unsupported_format`. */
export class UnsupportedKind extends Error {}

/** Reads numbers at absolute offsets; a read outside the bytes is a HeaderError, never an undefined. */
export class ByteReader {
  readonly length: number;
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly littleEndian: boolean,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength;
  }

  u8(at: number): number {
    this.#need(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#need(at, 2);
    return this.#view.getUint16(at, this.littleEndian);
  }

  u24(at: number): number {
    return this.littleEndian
      ? this.u16(at) | (this.u8(at + 2) << 16)
      : (this.u8(at) << 16) | this.u16(at + 1);
  }

  u32(at: number): number {
    this.#need(at, 4);
    return this.#view.getUint32(at, this.littleEndian);
  }

  i32(at: number): number {
    this.#need(at, 4);
    return this.#view.getInt32(at, this.littleEndian);
  }

  /** An offset or length beyond 2^53 can not lie in any file that is held in memory. */
  u64(at: number): number {
    this.#need(at, 8);
    const value = this.#view.getBigUint64(at, this.littleEndian);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new HeaderError('an offset lies outside the file');
    return Number(value);
  }

  /** `count` bytes as Latin-1: magic words and box types. */
  text(at: number, count: number): string {
    this.#need(at, count);
    let text = '';
    for (let i = at; i < at + count; i++) text += String.fromCharCode(this.bytes[i] as number);
    return text;
  }

  slice(at: number, count: number): Uint8Array {
    this.#need(at, count);
    return this.bytes.subarray(at, at + count);
  }

  #need(at: number, count: number): void {
    if (at < 0 || count < 0 || at + count > this.length) throw new HeaderError('the header ends early');
  }
}
