export interface TimeLimit {
  /** Aborted with the first of the given signals, or with a TimeoutError when the time is over. */
  readonly signal: AbortSignal;
  /** True where it was the time that ended it. */
  isOver(): boolean;
  /** Must be called when the work is done: it ends the timer. */
  clear(): void;
}

/**
 * Not `AbortSignal.timeout` under `AbortSignal.any`: only weak references hold a timeout there, so that garbage collection ends it
 * and the time never comes (Node 20 and 22).
 */
export function startTimeLimit(ms: number, ...signals: AbortSignal[]): TimeLimit {
  const controller = new AbortController();
  let over = false;
  const timer = setTimeout(() => {
    if (controller.signal.aborted) return;
    over = true;
    controller.abort(new DOMException('The time limit is over', 'TimeoutError'));
  }, ms);
  const ends = signals.map((signal) => {
    const end = (): void => controller.abort(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return () => signal.removeEventListener('abort', end);
  });
  return {
    signal: controller.signal,
    isOver: () => over,
    clear() {
      clearTimeout(timer);
      for (const end of ends) end();
    },
  };
}
