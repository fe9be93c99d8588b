/**
 * `{"images": [ … ], …}` as a stream: each element of the array is given as soon as its last byte is there, so that no more
 * than one is held as text. Structure is followed byte by byte; inside strings, which is where the bytes are, a native search
 * leaps from quote to quote. Elements and fields themselves are read by JSON.parse.
 */
import { AidetError } from '../../domain/errors.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isSpace,
  malformed,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  ValueExtent,
} from './json-value.js';

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
