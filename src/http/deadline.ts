import { AidetError } from '../domain/errors.js';
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
  const deadline = AbortSignal.timeout(remainingMs());
  try {
    return await step(AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (!deadline.aborted || signal.aborted || error instanceof AidetError) throw error;
    throw new AidetError('service_unavailable', `${what} within the deadline; try again`, { retryAfterS: 1 });
  }
}
