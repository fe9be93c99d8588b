/**
 * Heatmaps, forensic pictures and reports on the local disk, sealed at rest. A file lies in the folder of the quarter of an hour
 * in which it was made, which its id tells, so that what is old is found together.
 *
 * A file: expiry in unix milliseconds (8 bytes, big-endian), then sealed: length of the description (2 bytes), description as
 * JSON, the artifact's bytes. Nothing is flushed: what a power cut damages does not open and counts as deleted.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, opendir, readdir, readFile, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeTime, ulid } from 'ulid';
import { AidetError } from '../domain/errors.js';
import type { ArtifactType } from './artifact-urls.js';
import { createDataDir } from './database.js';
import type { KeyRing } from './key-ring.js';

export interface Artifact {
  projectId: string;
  /** What it shows: `heatmap`, `ela`, … */
  kind: string;
  contentType: ArtifactType;
  madeMs: number;
  expiresMs: number;
  bytes: Uint8Array;
}

export interface ArtifactStore {
  /**
   * Stores and gives the id. Rejects with `service_unavailable` where the disk is full or fails: the answer then goes out
   * without the picture.
   */
  put(
    projectId: string,
    kind: string,
    bytes: Uint8Array,
    contentType: ArtifactType,
    ttlS: number,
  ): Promise<string>;
  /** null: unknown, expired, deleted or damaged. */
  get(id: string): Promise<Artifact | null>;
  /** An artifact that is not there is no error. */
  delete(id: string): Promise<void>;
  /** Removes what has expired and, beyond the limit of bytes, the oldest. Runs by itself every minute. */
  sweep(): Promise<void>;
  /** What is known of; right after the start older files are still being counted. */
  usage(): { files: number; bytes: number };
  close(): Promise<void>;
}

export interface ArtifactDeps {
  ring: KeyRing;
  nowMs: () => number;
  /** Told of what a sweep could not do. */
  report: (error: Error) => void;
}

export interface ArtifactSettings {
  dataDir: string;
  /** Bytes on disk; beyond, the oldest artifacts go before their time. */
  bytesMax: number;
}

/** Files made in the same SHELF_MS. */
interface Shelf {
  files: number;
  bytes: number;
  /** No file expires earlier. */
  nextExpiryMs: number;
}

const ID = /^art_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const SHELF = /^[0-7][0-9A-HJKMNP-TV-Z]{5}$/;
/** About 17 minutes: what the last four digits of a ULID's time count. */
const SHELF_MS = 2 ** 20;
const EXPIRY_BYTES = 8;
const SWEEP_EVERY_MS = 60_000;
/** Making room by a tenth at once keeps it from being made for every artifact. */
const ROOM = 0.9;

export function openArtifactStore(
  { ring, nowMs, report }: ArtifactDeps,
  settings: ArtifactSettings,
): ArtifactStore {
  const folder = join(settings.dataDir, 'artifacts');
  createDataDir(folder);
  const shelves = new Map<string, Shelf>();
  let bytesHeld = 0;
  let sweeping: Promise<void> | undefined;
  let closed = false;
  const timer = setInterval(sweep, SWEEP_EVERY_MS).unref();

  function account(name: string, files: number, bytes: number): Shelf {
    let shelf = shelves.get(name);
    if (shelf === undefined) {
      shelf = { files: 0, bytes: 0, nextExpiryMs: Number.POSITIVE_INFINITY };
      shelves.set(name, shelf);
    }
    shelf.files = Math.max(0, shelf.files + files);
    bytesHeld -= shelf.bytes;
    shelf.bytes = Math.max(0, shelf.bytes + bytes);
    bytesHeld += shelf.bytes;
    return shelf;
  }

  async function remove(shelf: string, id: string, bytes: number): Promise<void> {
    try {
      await unlink(join(folder, shelf, id));
      account(shelf, -1, -bytes);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** Counts a shelf anew, without what has expired and drafts that nobody finishes. */
  async function sweepShelf(name: string): Promise<void> {
    const path = join(folder, name);
    const mayHaveWriters = name >= shelfOf(`art_${ulid(nowMs() - SHELF_MS)}`);
    const found: Shelf = { files: 0, bytes: 0, nextExpiryMs: Number.POSITIVE_INFINITY };
    for await (const { name: file } of await opendir(path)) {
      if (closed) return;
      const isDraft = !ID.test(file);
      if (isDraft && mayHaveWriters) continue;
      const seen = isDraft ? { expiresMs: 0, bytes: 0 } : await peek(join(path, file));
      if (seen === null) continue;
      if (seen.expiresMs <= nowMs()) {
        await unlink(join(path, file)).catch(ignoreMissing);
        continue;
      }
      found.files++;
      found.bytes += seen.bytes;
      found.nextExpiryMs = Math.min(found.nextExpiryMs, seen.expiresMs);
    }
    bytesHeld += found.bytes - (shelves.get(name)?.bytes ?? 0);
    shelves.set(name, found);
    if (found.files > 0) return;
    shelves.delete(name);
    await rmdir(path).catch(ignoreMissing);
  }

  async function makeRoom(): Promise<void> {
    if (bytesHeld <= settings.bytesMax) return;
    for (const shelf of (await readdir(folder)).filter((name) => SHELF.test(name)).sort()) {
      for (const id of (await readdir(join(folder, shelf))).filter((name) => ID.test(name)).sort()) {
        if (closed || bytesHeld <= settings.bytesMax * ROOM) return;
        const seen = await peek(join(folder, shelf, id));
        if (seen !== null) await remove(shelf, id, seen.bytes);
      }
    }
  }

  async function walk(): Promise<void> {
    const open = shelfOf(`art_${ulid(nowMs())}`);
    for (const name of (await readdir(folder)).filter((entry) => SHELF.test(entry)).sort()) {
      if (closed) return;
      const known = shelves.get(name);
      // A shelf that is still being filled is counted by those who fill it, and anew when it is full.
      if (known === undefined ? name < open : known.nextExpiryMs <= nowMs()) await sweepShelf(name);
    }
    await makeRoom();
  }

  function sweep(): Promise<void> {
    sweeping ??= walk()
      .catch((error: unknown) => report(new Error('Old artifacts could not be removed', { cause: error })))
      .finally(() => {
        sweeping = undefined;
      });
    return sweeping;
  }

  void sweep();
  return {
    async put(projectId, kind, bytes, contentType, ttlS) {
      const madeMs = nowMs();
      const id = `art_${ulid(madeMs)}`;
      const expiresMs = madeMs + ttlS * 1000;
      const description = Buffer.from(JSON.stringify({ projectId, kind, contentType }));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(description.length);
      const sealed = ring.seal(Buffer.concat([length, description, bytes]), contextOf(id, expiresMs));
      const expiry = Buffer.alloc(EXPIRY_BYTES);
      expiry.writeBigUInt64BE(BigInt(expiresMs));
      const file = Buffer.concat([expiry, sealed]);
      const shelf = shelfOf(id);
      try {
        await writeWhole(join(folder, shelf), id, file);
      } catch (error) {
        void sweep();
        throw new AidetError('service_unavailable', 'The picture could not be stored', {
          retryAfterS: 10,
          cause: error,
        });
      }
      const counted = account(shelf, 1, file.length);
      counted.nextExpiryMs = Math.min(counted.nextExpiryMs, expiresMs);
      if (bytesHeld > settings.bytesMax) void sweep();
      return id;
    },

    async get(id) {
      if (!ID.test(id)) return null;
      try {
        const file = await readFile(join(folder, shelfOf(id), id));
        const expiresMs = expiryOf(file);
        if (expiresMs <= nowMs()) return null;
        const plain = ring.open(file.subarray(EXPIRY_BYTES), contextOf(id, expiresMs));
        const end = 2 + plain.readUInt16BE(0);
        const description = JSON.parse(plain.toString('utf8', 2, end)) as Omit<
          Artifact,
          'madeMs' | 'expiresMs' | 'bytes'
        >;
        return { ...description, madeMs: decodeTime(id.slice(4)), expiresMs, bytes: plain.subarray(end) };
      } catch (error) {
        if (!isMissing(error)) report(new Error(`Artifact ${id} could not be read`, { cause: error }));
        return null;
      }
    },

    async delete(id) {
      if (!ID.test(id)) return;
      const shelf = shelfOf(id);
      const seen = await peek(join(folder, shelf, id));
      if (seen !== null) await remove(shelf, id, seen.bytes);
    },

    sweep,

    usage() {
      let files = 0;
      for (const shelf of shelves.values()) files += shelf.files;
      return { files, bytes: bytesHeld };
    },

    async close() {
      closed = true;
      clearInterval(timer);
      await sweeping;
    },
  };
}

function shelfOf(id: string): string {
  return id.slice(4, 10);
}

function contextOf(id: string, expiresMs: number): string {
  return `artifact ${id} ${expiresMs}`;
}

function expiryOf(file: Buffer): number {
  return file.length < EXPIRY_BYTES ? 0 : Number(file.readBigUInt64BE(0));
}

/** Size and expiry of a file; null: it is gone. */
async function peek(path: string): Promise<{ expiresMs: number; bytes: number } | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(EXPIRY_BYTES), 0, EXPIRY_BYTES, 0);
      return { expiresMs: expiryOf(buffer.subarray(0, bytesRead)), bytes: (await file.stat()).size };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Under its name there is the whole file or none. */
async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const draft = join(folder, `${name}.${randomBytes(4).toString('hex')}.new`);
  try {
    await createAndWrite(draft, bytes).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await createAndWrite(draft, bytes);
    });
    await rename(draft, join(folder, name));
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
}

async function createAndWrite(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function ignoreMissing(error: unknown): void {
  if (!/^(ENOENT|ENOTEMPTY|EEXIST)$/.test(String((error as NodeJS.ErrnoException).code))) throw error;
}
