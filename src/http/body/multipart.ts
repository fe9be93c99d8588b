import { Busboy, type BusboyConfig, type BusboyInstance } from '@fastify/busboy';
import { AidetError } from '../../domain/errors.js';
import type { Headers } from '../engine/types.js';

/** What a form with files is told about, part by part, in the order of the body. */
export interface FormReceiver {
  field(name: string, value: string): void;
  /** Takes the pieces of one file as they come; may throw AidetError. */
  file(name: string): { chunk(bytes: Uint8Array): void; end(): void };
}

export interface FormLimits {
  /** Bytes of one text part. */
  fieldBytesMax: number;
  fieldsMax: number;
  filesMax: number;
}

export interface FormParser {
  /** `bytes` are kept: they must not change afterwards. */
  write(bytes: Uint8Array): void;
  /** Rejects with `invalid_request` where the form is malformed or ends early. */
  end(): Promise<void>;
  destroy(): void;
}

/** `multipart/form-data` (RFC 7578) as a stream. A part is a file where its name is one of `fileNames`, whatever its headers say. */
export function parseForm(
  headers: Headers,
  fileNames: readonly string[],
  limits: FormLimits,
  receiver: FormReceiver,
): FormParser {
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error;
  };
  const busboy = open(headers, fileNames, limits);
  const done = new Promise<void>((resolve) => {
    busboy.on('finish', resolve);
    busboy.on('error', (error: unknown) => {
      fail(malformed(error));
      resolve();
    });
  });
  for (const [event, what] of [
    ['fieldsLimit', 'text parts'],
    ['filesLimit', 'files'],
    ['partsLimit', 'parts'],
  ] as const) {
    busboy.on(event, () => fail(new AidetError('invalid_request', `The form has too many ${what}`)));
  }
  busboy.on('field', (name: string | undefined, value, nameTruncated, valueTruncated) => {
    if (name === undefined) return fail(nameless());
    if (nameTruncated || valueTruncated) {
      fail(new AidetError('invalid_request', `The form's part '${name.slice(0, 50)}' is too long`));
      return;
    }
    attempt(fail, () => receiver.field(name, value));
  });
  busboy.on('file', (name: string | undefined, stream) => {
    let file: ReturnType<FormReceiver['file']> | undefined;
    attempt(fail, () => {
      if (name === undefined) throw nameless();
      file = receiver.file(name);
    });
    stream.on('data', (piece: Buffer) => attempt(fail, () => failure === undefined && file?.chunk(piece)));
    stream.on('end', () => attempt(fail, () => failure === undefined && file?.end()));
    stream.on('error', fail);
  });
  return {
    write(bytes) {
      if (failure !== undefined) throw failure;
      busboy.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      if (failure !== undefined) throw failure;
    },
    async end() {
      busboy.end();
      await done;
      if (failure !== undefined) throw failure;
    },
    destroy: () => busboy.destroy(),
  };
}

function open(headers: Headers, fileNames: readonly string[], limits: FormLimits): BusboyInstance {
  const config: BusboyConfig = {
    headers: { 'content-type': headers.get('content-type') ?? '' },
    isPartAFile: (name, _type, fileName) =>
      fileName !== undefined || (name !== undefined && fileNames.includes(name)),
    limits: {
      fieldNameSize: 100,
      fieldSize: limits.fieldBytesMax,
      fields: limits.fieldsMax,
      files: limits.filesMax,
      headerPairs: 20,
      headerSize: 8192,
    },
  };
  try {
    return new Busboy(config);
  } catch (error) {
    throw malformed(error);
  }
}

function attempt(fail: (error: unknown) => void, action: () => unknown): void {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

function nameless(): AidetError {
  return new AidetError('invalid_request', 'A part of the form has no name');
}

function malformed(error: unknown): AidetError {
  return new AidetError('invalid_request', 'The multipart body is malformed or ends early', { cause: error });
}
