import { AidetError } from '../../domain/errors.js';
import type { Fields } from '../body/structured.js';
import { checkMetadata } from '../images/options.js';
import { takeImage } from '../images/reader.js';
import { contentOf, type ImageSource } from '../images/source.js';
import { checkFields, unknownField } from '../validation.js';

export const IMAGES_MAX = 100;

/** One entry of a batch; one that can not be read keeps its fault for its own result. */
export class BatchImage {
  readonly id: string | null;
  readonly metadata: Record<string, unknown> | undefined;
  /** Held of its own, beside the body. */
  bytes: number;
  private given: ImageSource | { error: unknown } | undefined;

  private constructor(
    id: string | null,
    metadata: Record<string, unknown> | undefined,
    given: ImageSource | { error: unknown },
    bytes: number,
  ) {
    this.id = id;
    this.metadata = metadata;
    this.given = given;
    this.bytes = bytes;
  }

  /** An element of `images`. A binary image is a view of the body, which the batch holds as a whole. */
  static fromElement(element: unknown, imageBytesMax: number): BatchImage {
    let id: string | null = null;
    try {
      if (
        typeof element !== 'object' ||
        element === null ||
        Array.isArray(element) ||
        ArrayBuffer.isView(element)
      )
        throw new AidetError('invalid_request', 'An entry of images must be an object');
      const { id: givenId, metadata: givenMetadata, ...rest } = element as Fields;
      const own = { id: givenId, metadata: givenMetadata };
      const known = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
      if (typeof givenId === 'string') id = givenId.slice(0, 200);
      const checked = checkFields('BatchImageFields', known) as { metadata?: object };
      const metadata = checked.metadata && checkMetadata(checked.metadata, 'metadata');
      const { source, fields } = takeImage(rest, imageBytesMax);
      for (const name of Object.keys(fields)) throw unknownField(name);
      const isView = 'bytes' in source && source.bytes.byteLength !== source.bytes.buffer.byteLength;
      return new BatchImage(id, metadata, source, 'bytes' in source && !isView ? source.bytes.byteLength : 0);
    } catch (error) {
      return new BatchImage(id, undefined, { error }, 0);
    }
  }

  /** A file part of a form. */
  static fromFile(bytes: Uint8Array): BatchImage {
    return new BatchImage(null, undefined, { bytes }, bytes.byteLength);
  }

  static failed(error: unknown): BatchImage {
    return new BatchImage(null, undefined, { error }, 0);
  }

  /** Throws its fault where it has one. */
  source(): ImageSource {
    if (this.given === undefined) throw new Error('The image was given back already');
    if ('error' in this.given) throw this.given.error;
    return this.given;
  }

  /** The same for the same content; a URL is taken at its word. */
  content(): string {
    if (this.given === undefined || 'error' in this.given)
      return `fault ${(this.given?.error as Error)?.message}`;
    return contentOf(this.given);
  }

  /** Lets the bytes go. */
  drop(): void {
    this.given = undefined;
    this.bytes = 0;
  }
}
