import { readFile, stat } from 'node:fs/promises';
import { AidetError } from '../domain/errors.js';

/**
 * The file's bytes in a buffer of their own, which the pipeline may hand to a worker.
 * @throws AidetError `image_too_large` or `invalid_request`
 */
export async function readImage(path: string, imageBytesMax: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > imageBytesMax) {
      const mb = (n: number): string => (n / 1e6).toFixed(1).replace(/\.0$/, '');
      throw new AidetError(
        'image_too_large',
        `Image exceeds ${mb(imageBytesMax)} MB limit (got ${mb(size)} MB)`,
      );
    }
    const bytes = await readFile(path);
    // A small file may share its buffer with others; the pipeline hands the whole buffer to a worker.
    return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  } catch (error) {
    if (error instanceof AidetError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : (error as Error).message;
    throw new AidetError('invalid_request', reason, { cause: error });
  }
}
