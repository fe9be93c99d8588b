import { Piscina } from 'piscina';
import { AidetError } from '../../domain/errors.js';
import type { EngineAnswer, EngineSettings, EngineTask } from './protocol.js';

/** Honest manifests take some tens of milliseconds; see docs/provenance.md. */
const READ_MS_MAX = 10_000;
/** Longer than this no file waits for those before it. */
const WAIT_MS_MAX = 5_000;
/** An image of 20 MB with as large a manifest stays below. */
const MEMORY_BYTES_MAX = 512 * 2 ** 20;

/** Why a manifest got no answer: the engine was ended and the next one begins afresh. */
export class EngineFailure extends Error {
  constructor(
    readonly code: 'aidet.timeLimit' | 'aidet.engineFailed',
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

export interface ReaderLimits {
  readMsMax: number;
  waitMsMax: number;
  memoryBytesMax: number;
}

const LIMITS: ReaderLimits = {
  readMsMax: READ_MS_MAX,
  waitMsMax: WAIT_MS_MAX,
  memoryBytesMax: MEMORY_BYTES_MAX,
};

/**
 * One thread with the reference implementation, for one file at a time in the order of arrival; begun at the first
 * file. A manifest that hangs, crashes or exhausts it costs its own answer alone.
 */
export class Reader {
  #pool: Piscina<EngineTask | undefined, EngineAnswer> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly limits = LIMITS) {}

  /**
   * @param task Its bytes' buffer is transferred to the thread.
   * @param signal Aborted where nobody waits any more: the file is not looked at if its turn has not come.
   * @throws EngineFailure; AidetError `service_unavailable` where its turn does not come in time; the signal's reason.
   */
  read(task: EngineTask, signal: AbortSignal): Promise<EngineAnswer> {
    const turn = this.#last;
    const answer = this.#waitFor(turn, signal).then(() => this.#run(task));
    this.#last = Promise.allSettled([turn, answer]);
    return answer;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#end();
  }

  async #waitFor(turn: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const patience = AbortSignal.timeout(this.limits.waitMsMax);
    const either = AbortSignal.any([signal, patience]);
    const gaveUp = new Promise((_, reject) => {
      either.addEventListener('abort', () => reject(either.reason), { once: true });
    });
    await Promise.race([turn, gaveUp]).catch(() => undefined);
    signal.throwIfAborted();
    if (patience.aborted) {
      const message = 'Too many manifests are waiting to be verified; try again';
      throw new AidetError('service_unavailable', message, { retryAfterS: 1 });
    }
  }

  async #run(task: EngineTask): Promise<EngineAnswer> {
    const { readMsMax } = this.limits;
    this.#pool ??= this.#create();
    const pool = this.#pool;
    let timeLimit: AbortSignal | undefined;
    try {
      // The time in which a new engine begins is not the manifest's.
      await pool.run(undefined, { name: 'begin' });
      timeLimit = AbortSignal.timeout(readMsMax);
      return await pool.run(task, { signal: timeLimit, transferList: [task.bytes.buffer as ArrayBuffer] });
    } catch (cause) {
      // What a thread holds after a trap or an abort is not to be trusted.
      await this.#end();
      if (timeLimit?.aborted) {
        const message = `The manifest can not be validated within ${readMsMax / 1000} s`;
        throw new EngineFailure('aidet.timeLimit', message, cause);
      }
      const message = 'Validating the manifest failed: it may need too much memory';
      throw new EngineFailure('aidet.engineFailed', message, cause);
    }
  }

  #create(): Piscina<EngineTask | undefined, EngineAnswer> {
    const { memoryBytesMax } = this.limits;
    const pool = new Piscina<EngineTask | undefined, EngineAnswer>({
      filename: new URL('./engine.js', import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      workerData: { memoryBytesMax } satisfies EngineSettings,
    });
    // A thread that dies fails its task; that it died is no news beyond that.
    pool.on('error', () => undefined);
    return pool;
  }

  async #end(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.destroy();
  }
}
