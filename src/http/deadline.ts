import { AidetError } from '../domain/errors.js';
import { startTimeLimit } from '../domain/time-limit.js';
import type { Exchange } from './exchange.js';

/**
 * Runs a step with a signal that ends when the client goes away or the deadline is over; the latter is answered by
 * `service_unavailable` that says what was not done in time.
 */
export async function withinDeadline<T>(
  { signal, remainingMs }: Pick<Exchange, 'signal' | 'remainingMs'>,
  what: string,
  step: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = startTimeLimit(remainingMs(), signal);
  try {
    return await step(limit.signal);
  } catch (error) {
    if (!limit.isOver() || error instanceof AidetError) throw error;
    throw new AidetError('service_unavailable', `${what} within the deadline; try again`, { retryAfterS: 1 });
  } finally {
    limit.clear();
  }
}
