import { AidetError } from '../domain/errors.js';

/** What a database answers that is busy, full, damaged or out of reach; any other code is a defect of ours. */
const FAILED = /^SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CORRUPT|NOTADB|CANTOPEN)/;

/** Does a step on the database; its failing is `service_unavailable`, with the reason as the cause, for the log. */
export function orUnavailable<T>(step: () => T, message: string): T {
  try {
    return step();
  } catch (error) {
    if (!FAILED.test(String((error as { code?: unknown }).code ?? ''))) throw error;
    throw new AidetError('service_unavailable', message, { retryAfterS: 1, cause: error });
  }
}
