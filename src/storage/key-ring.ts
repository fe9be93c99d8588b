/**
 * Encryption at rest. AES-256-GCM under the newest of a ring of keys, one file a key in the data directory, named by a ULID and
 * so by the time it was made. A key that is older than the rotation's period gets a successor at the next use; old ones stay
 * and open what was sealed with them, until the operator removes their files.
 *
 * Sealed: version (1 byte), key's ULID (26), salt (16), nonce (12), ciphertext, tag (16). Each message has its own key,
 * derived from the ring's by HKDF-SHA256 with the salt, so that random nonces never run out.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeTime, ulid } from 'ulid';
import { createDataDir, StorageError } from './database.js';
import { createOnce } from './secrets.js';

export interface KeyRing {
  /** @param context Bound to the result: it opens with the same context alone. */
  seal(plain: Uint8Array, context: string): Buffer;
  /** Throws StorageError where the key is missing, or anything was changed. */
  open(sealed: Uint8Array, context: string): Buffer;
}

const VERSION = 1;
const ID_CHARS = 26;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_CHARS + SALT_BYTES + NONCE_BYTES;
const FILE = /^([0-7][0-9A-HJKMNP-TV-Z]{25})\.key$/;

/**
 * @param rotateMs A key is used for new messages for so long.
 * @throws StorageError
 */
export function openKeyRing(
  dataDir: string,
  { nowMs, rotateMs }: { nowMs: () => number; rotateMs: number },
): KeyRing {
  const folder = join(dataDir, 'at-rest-keys');
  createDataDir(folder);
  const keys = new Map<string, Buffer>();
  let newest = '';

  function read(): void {
    for (const name of readdirSync(folder).sort()) {
      const id = FILE.exec(name)?.[1];
      if (id === undefined || keys.has(id)) continue;
      keys.set(id, readKey(join(folder, name)));
      if (id > newest) newest = id;
    }
  }

  function current(): string {
    if (newest === '' || nowMs() - decodeTime(newest) >= rotateMs) {
      createOnce(join(folder, `${ulid(nowMs())}.key`), () => `${randomBytes(32).toString('hex')}\n`);
      read();
    }
    return newest;
  }

  function keyOf(id: string): Buffer {
    // Another process may have made it since.
    if (!keys.has(id)) read();
    const key = keys.get(id);
    if (key === undefined)
      throw new StorageError(`The key ${id} is missing in ${folder}; restore it from a backup`);
    return key;
  }

  read();
  current();
  return {
    seal(plain, context) {
      const id = current();
      const salt = randomBytes(SALT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const head = Buffer.concat([Buffer.of(VERSION), Buffer.from(id, 'latin1'), salt, nonce]);
      const cipher = createCipheriv('aes-256-gcm', messageKey(keyOf(id), salt), nonce);
      cipher.setAAD(boundBy(head, context));
      return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },

    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < HEAD_BYTES + TAG_BYTES || bytes[0] !== VERSION)
        throw new StorageError('Not a sealed message, or cut off');
      const head = bytes.subarray(0, HEAD_BYTES);
      const salt = head.subarray(1 + ID_CHARS, 1 + ID_CHARS + SALT_BYTES);
      const key = keyOf(head.toString('latin1', 1, 1 + ID_CHARS));
      const decipher = createDecipheriv('aes-256-gcm', messageKey(key, salt), head.subarray(-NONCE_BYTES));
      decipher.setAAD(boundBy(head, context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch (error) {
        throw new StorageError('A sealed message was changed, or belongs elsewhere', { cause: error });
      }
    },
  };
}

function readKey(path: string): Buffer {
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new StorageError(`${path} is not 64 hexadecimal digits; restore it from a backup`);
  return Buffer.from(text, 'hex');
}

function messageKey(key: Buffer, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, 'aidet at rest', 32));
}

function boundBy(head: Buffer, context: string): Buffer {
  return Buffer.concat([head, Buffer.from(context, 'utf8')]);
}
