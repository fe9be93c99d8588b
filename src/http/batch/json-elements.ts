/**
 * `{"images": [ … ], …}` as a stream: each element of the array is given as soon as its last byte is there, so that no more
 * than one is held as text. Structure is followed byte by byte; inside strings, which is where the bytes are, a native search
 * leaps from quote to quote. Elements and fields themselves are read by JSON.parse.
 */
import { AidetError } from '../../domain/errors.js';

export interface ElementReceiver {
  /** A field beside `images`. */
  field(name: string, value: unknown): void;
  element(value: unknown): void;
  /** An element of more than `elementBytesMax` bytes, which was passed over. */
  oversized(): void;
  /** Bytes of the text that is held at the moment. */
  holds(bytes: number): void;
}

export interface ElementLimits {
  elementBytesMax: number;
  fieldBytesMax: number;
}

type State =
  | 'start'
  | 'key'
  | 'firstKey'
  | 'colon'
  | 'field'
  | 'afterField'
  | 'element'
  | 'firstElement'
  | 'afterElement'
  | 'end';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export class JsonElements {
  private state: State = 'start';
  private name = '';
  private sawImages = false;
  private count = 0;
  private value: ValueExtent | undefined;

  constructor(
    private readonly receiver: ElementReceiver,
    private readonly limits: ElementLimits,
  ) {}

  /** Throws `invalid_request` where they are no JSON of that form. */
  write(lent: Uint8Array): void {
    // A Buffer's search is the processor's own.
    const bytes = Buffer.from(lent.buffer, lent.byteOffset, lent.byteLength);
    let at = 0;
    while (at < bytes.length) {
      if (this.value !== undefined) {
        at = this.value.feed(bytes, at);
        this.receiver.holds(this.value.size);
        if (this.value.complete) this.finishValue(this.value);
        continue;
      }
      const byte = bytes[at] as number;
      if (isSpace(byte)) at++;
      else at += this.step(byte);
    }
  }

  end(): void {
    if (this.state !== 'end')
      throw new AidetError('invalid_request', 'The body is not valid JSON: it ends early');
    if (!this.sawImages) throw new AidetError('invalid_request', 'There are no images', { param: 'images' });
  }

  /** Takes one byte of structure; 0 where the byte belongs to a value that begins with it. */
  private step(byte: number): 0 | 1 {
    switch (this.state) {
      case 'start':
        return this.expect(byte, OPEN_BRACE, 'firstKey');
      case 'firstKey':
      case 'key':
        if (byte === CLOSE_BRACE && this.state === 'firstKey') return this.go('end');
        if (byte !== QUOTE) throw malformed();
        return this.begin(this.limits.fieldBytesMax);
      case 'colon':
        return this.expect(byte, COLON, 'field');
      case 'field':
        if (this.name !== 'images') return this.begin(this.limits.fieldBytesMax);
        if (this.sawImages)
          throw new AidetError('invalid_request', 'images is given twice', { param: 'images' });
        if (byte !== OPEN_BRACKET)
          throw new AidetError('invalid_request', 'images must be an array', { param: 'images' });
        this.sawImages = true;
        return this.go('firstElement');
      case 'afterField':
        return byte === CLOSE_BRACE ? this.go('end') : this.expect(byte, COMMA, 'key');
      case 'firstElement':
      case 'element':
        if (byte === CLOSE_BRACKET && this.state === 'firstElement') return this.go('afterField');
        return this.begin(this.limits.elementBytesMax);
      case 'afterElement':
        return byte === CLOSE_BRACKET ? this.go('afterField') : this.expect(byte, COMMA, 'element');
      case 'end':
        throw malformed();
    }
  }

  private go(state: State): 1 {
    this.state = state;
    return 1;
  }

  private expect(byte: number, wanted: number, next: State): 1 {
    if (byte !== wanted) throw malformed();
    return this.go(next);
  }

  private begin(bytesMax: number): 0 {
    this.value = new ValueExtent(bytesMax);
    return 0;
  }

  private finishValue(value: ValueExtent): void {
    this.value = undefined;
    switch (this.state) {
      case 'firstKey':
      case 'key':
        this.name = String(parse(value.take() ?? tooLong('a name'), 'a name'));
        this.state = 'colon';
        break;
      case 'field':
        this.state = 'afterField';
        this.receiver.field(this.name, parse(value.take() ?? tooLong(this.name), this.name));
        break;
      default: {
        this.state = 'afterElement';
        const index = this.count++;
        const text = value.take();
        this.receiver.holds(0);
        if (text === undefined) this.receiver.oversized();
        else this.receiver.element(parse(text, `images[${index}]`));
      }
    }
  }
}

/** Finds where one JSON value ends, and keeps its bytes as long as they are not too many. */
class ValueExtent {
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

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function parse(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw new AidetError(
      'invalid_request',
      `The body is not valid JSON: ${what.slice(0, 80)} can not be read`,
    );
  }
}

function tooLong(what: string): never {
  throw new AidetError('invalid_request', `The field ${what.slice(0, 80)} is too long`);
}

function malformed(): AidetError {
  return new AidetError('invalid_request', 'The body is not valid JSON of the form {"images": [ … ]}');
}
