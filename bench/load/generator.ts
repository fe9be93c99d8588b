/**
 * The load generator as a process of its own, so that neither its garbage collector nor its event loop shares a
 * thread with what it measures. One process serves many slices: its code stays warm.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type LoadResult, type LoadSpec, runLoad } from './run.js';

export interface Generator {
  /** One slice at a time. */
  run(spec: LoadSpec): Promise<LoadResult>;
  close(): void;
}

type Reply = { result: LoadResult } | { failure: string };

const THIS_FILE = fileURLToPath(import.meta.url);

/** @param pinToCore core number for taskset, so that the generator leaves the others alone */
export function startGenerator(pinToCore?: number): Generator {
  const pinned = pinToCore === undefined ? {} : { execPath: 'taskset' };
  const execArgv = pinToCore === undefined ? [] : ['-c', String(pinToCore), process.execPath];
  const child = fork(THIS_FILE, ['generate'], { ...pinned, execArgv, serialization: 'advanced' });
  return {
    run: (spec) =>
      new Promise((resolve, reject) => {
        const onExit = (code: number | null): void => reject(new Error(`load generator ended with ${code}`));
        child.once('exit', onExit);
        child.once('message', (reply) => {
          child.off('exit', onExit);
          const message = reply as Reply;
          if ('result' in message) resolve(message.result);
          else reject(new Error(message.failure));
        });
        child.send(spec);
      }),
    close: () => child.disconnect(),
  };
}

if (process.argv[1] === THIS_FILE && process.argv[2] === 'generate') {
  process.on('message', (spec) => {
    runLoad(spec as LoadSpec).then(
      (result) => process.send?.({ result } satisfies Reply),
      (error: Error) => process.send?.({ failure: error.message } satisfies Reply),
    );
  });
}
