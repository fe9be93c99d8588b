/** One JSON value in a stream of bytes: where it ends, and its bytes. */
import { AidetError } from '../../domain/errors.js';

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

/** Finds where one JSON value ends, and keeps its bytes as long as they are not too many. */
export class ValueExtent {
  complete = false;
  size = 0;
  private pieces: Uint8Array[] = [];
  private kept = true;
  private depth = 0;
  private begun = false;
  private inString = false;
  private inScalar = false;
  /** The bytes before end in an odd number of backslashes. */
  private escaped = false;

  constructor(private readonly bytesMax: number) {}

  /** Takes bytes from `at` on; gives the place behind the last one that belongs to the value. */
  feed(bytes: Uint8Array, at: number): number {
    const end = this.scan(bytes, at);
    if (this.kept && this.size + end - at > this.bytesMax) {
      this.kept = false;
      this.pieces = [];
      this.size = 0;
    }
    if (this.kept) {
      // A Buffer's own slice would be a view of bytes that are only lent.
      this.pieces.push(new Uint8Array(bytes.subarray(at, end)));
      this.size += end - at;
    }
    return end;
  }

  /** The value's bytes; undefined where they were too many. */
  take(): Uint8Array | undefined {
    return this.kept ? Buffer.concat(this.pieces) : undefined;
  }

  private scan(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      if (this.inString) {
        at = this.leap(bytes, at);
        if (this.inString) return at;
        if (this.depth === 0) return this.done(at);
        continue;
      }
      const byte = bytes[at] as number;
      if (this.inScalar) {
        if (isSpace(byte) || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET)
          return this.done(at);
      } else if (byte === QUOTE) {
        this.inString = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.depth++;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.depth--;
        if (this.depth < 0) throw malformed();
        if (this.depth === 0) return this.done(at + 1);
      } else if (!this.begun) {
        if (byte === COMMA || byte === COLON) throw malformed();
        this.inScalar = true;
      }
      this.begun = true;
      at++;
    }
    return at;
  }

  private done(at: number): number {
    this.complete = true;
    return at;
  }

  /** From inside a string to behind its closing quote, or to the end of the bytes. */
  private leap(bytes: Uint8Array, from: number): number {
    let at = from;
    for (;;) {
      const quote = bytes.indexOf(QUOTE, at);
      const end = quote < 0 ? bytes.length : quote;
      let run = 0;
      while (end - run > at && bytes[end - run - 1] === BACKSLASH) run++;
      const reachesBack = end - run === at && this.escaped;
      this.escaped = (run + (reachesBack ? 1 : 0)) % 2 === 1;
      if (quote < 0) return end;
      at = quote + 1;
      if (this.escaped) {
        this.escaped = false;
        continue;
      }
      this.inString = false;
      return at;
    }
  }
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function malformed(): AidetError {
  return new AidetError('invalid_request', 'The body is not valid JSON of the form {"images": [ … ]}');
}
