/** The three forms of a batch's body, each as a stream of options and images into the batch. */
import { AidetError } from '../../domain/errors.js';
import { bytesOverLimit } from '../../domain/limits.js';
import { collectBody } from '../body/buffer.js';
import { bodyKind } from '../body/media.js';
import { parseForm } from '../body/multipart.js';
import { parseMsgpackObject } from '../body/structured.js';
import type { BodyReader, Exchange } from '../exchange.js';
import { addText } from '../images/fields.js';
import { bodyBytesMax, collectFile } from '../images/reader.js';
import { fieldTypes } from '../validation.js';
import type { Batch } from './batch.js';
import { BatchImage, IMAGES_MAX } from './image.js';
import { JsonElements } from './json-elements.js';

export interface BatchLimits {
  batchBytesMax: number;
  imageBytesMax: number;
}

const OPTION_BYTES_MAX = 64_000;
/** A body's piece, its text and the image taken out of it. */
const JSON_COPIES = 2.75;

/** Throws `image_too_large` with `param` `images` where the body is over its limit, `invalid_request` where it is malformed. */
export function readBatch(exchange: Exchange, batch: Batch, limits: BatchLimits): BodyReader<Batch> {
  const { length } = exchange;
  const { batchBytesMax } = limits;
  const tooLarge = (bytes: number | null): AidetError =>
    bytesOverLimit(bytes, batchBytesMax, 'images', 'Batch body');
  if (length !== null && length > batchBytesMax) throw tooLarge(length);
  const reader = readerOf(exchange, batch, limits, tooLarge);
  let received = 0;
  return {
    chunk(bytes) {
      received += bytes.byteLength;
      if (received > batchBytesMax) throw tooLarge(null);
      reader.chunk(bytes);
    },
    async end() {
      await reader.end();
      return batch;
    },
    abort() {
      reader.abort?.();
      batch.cancel();
    },
  };
}

function readerOf(
  exchange: Exchange,
  batch: Batch,
  limits: BatchLimits,
  tooLarge: (bytes: number | null) => AidetError,
): BodyReader<void> {
  const kind = bodyKind(exchange.head.headers);
  if (kind === 'json') return readJson(batch, limits);
  if (kind === 'msgpack') return readMsgpack(exchange.length, batch, limits, tooLarge);
  if (kind === 'multipart') return readForm(exchange, batch, limits);
  throw new AidetError(
    'invalid_request',
    'A batch is application/json, application/msgpack or multipart/form-data; one image by its bytes goes to /v1/detect',
  );
}

function readJson(batch: Batch, { imageBytesMax }: BatchLimits): BodyReader<void> {
  const elements = new JsonElements(
    {
      field: (name, value) => batch.option(name, value),
      element: (value) => batch.add(BatchImage.fromElement(value, imageBytesMax)),
      oversized: () => batch.add(BatchImage.failed(bytesOverLimit(null, imageBytesMax, 'image_base64'))),
      holds: (bytes) => batch.holds(bytes * JSON_COPIES),
    },
    { elementBytesMax: bodyBytesMax('json', imageBytesMax), fieldBytesMax: OPTION_BYTES_MAX },
  );
  return { chunk: (bytes) => elements.write(bytes), end: () => elements.end() };
}

/** A MessagePack body is read when it is whole; its images stay views of it. */
function readMsgpack(
  length: number | null,
  batch: Batch,
  { batchBytesMax, imageBytesMax }: BatchLimits,
  tooLarge: (bytes: number | null) => AidetError,
): BodyReader<void> {
  const body = collectBody(length, batchBytesMax, tooLarge);
  let received = 0;
  return {
    chunk(bytes) {
      received += bytes.byteLength;
      batch.holds(received);
      body.chunk(bytes);
    },
    async end() {
      const { images, ...options } = parseMsgpackObject(await body.end());
      if (!Array.isArray(images))
        throw new AidetError('invalid_request', 'images must be an array', { param: 'images' });
      for (const [name, value] of Object.entries(options)) batch.option(name, value);
      for (const element of images) batch.add(BatchImage.fromElement(element, imageBytesMax));
    },
    abort: () => body.abort?.(),
  };
}

function readForm(exchange: Exchange, batch: Batch, { imageBytesMax }: BatchLimits): BodyReader<void> {
  const options: Record<string, unknown> = {};
  const limits = { fieldBytesMax: OPTION_BYTES_MAX, fieldsMax: 32, filesMax: IMAGES_MAX + 1 };
  let files = 0;
  const form = parseForm(exchange.head.headers, ['images'], limits, {
    field(name, text) {
      if (files > 0) {
        const message = `In a form the options stand before the first image (${name.slice(0, 50)} did not)`;
        throw new AidetError('invalid_request', message, { param: name.slice(0, 50) });
      }
      addText(options, fieldTypes('BatchOptions'), name, text);
      batch.option(name, options[name]);
    },
    file(name) {
      if (name !== 'images' && name !== 'images[]') {
        const message = `The file parts must be named 'images' (got '${name.slice(0, 50)}')`;
        throw new AidetError('invalid_request', message, { param: 'images' });
      }
      return oneFile();
    },
  });

  /** A file that is too large is that image's fault alone: the rest of it is passed over. */
  function oneFile() {
    let fault: unknown;
    let reading = 0;
    const file = collectFile(imageBytesMax, (bytes) => {
      batch.add(bytes.byteLength === 0 ? BatchImage.failed(empty()) : BatchImage.fromFile(bytes));
    });
    files++;
    return {
      chunk(bytes: Uint8Array) {
        if (fault !== undefined) return;
        try {
          file.chunk(bytes);
          reading += bytes.byteLength;
          batch.holds(reading);
        } catch (error) {
          if (error instanceof AidetError && error.code === 'service_unavailable') throw error;
          fault = error;
          batch.holds(0);
        }
      },
      end() {
        batch.holds(0);
        if (fault === undefined) file.end();
        else batch.add(BatchImage.failed(fault));
      },
    };
  }

  return {
    chunk: (bytes) => form.write(Uint8Array.from(bytes)),
    end: () => form.end(),
    abort: () => form.destroy(),
  };
}

function empty(): AidetError {
  return new AidetError('invalid_request', 'image is empty', { param: 'image' });
}
