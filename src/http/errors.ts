import { AidetError } from '../domain/errors.js';
import { withoutKeys } from '../domain/redaction.js';

export interface ErrorBody {
  code: string;
  message: string;
  param?: string;
  request_id: string;
  status_page?: string;
}

/** What a client may see of an error: a defect becomes `internal_error` and shows nothing of the inside. */
export function publicError(error: unknown): AidetError {
  if (error instanceof AidetError && error.code !== 'internal_error') return error;
  return new AidetError(
    'internal_error',
    'Something went wrong on our side; it was logged with this request id',
    { cause: error },
  );
}

export function errorBody(error: AidetError, requestId: string, statusPageUrl = ''): { error: ErrorBody } {
  const { code, message, param } = error;
  return {
    error: {
      code,
      // A stranger's name for a field may be anything, a key pasted to the wrong place included.
      message: withoutKeys(message),
      ...(param === undefined ? {} : { param: withoutKeys(param) }),
      request_id: requestId,
      ...(code === 'service_unavailable' && statusPageUrl !== '' ? { status_page: statusPageUrl } : {}),
    },
  };
}

export function errorHeaders(error: AidetError): [string, string][] {
  const headers: [string, string][] = [];
  if (error.status === 429 || error.status === 503) headers.push(['Retry-After', String(retryAfterS(error))]);
  if (error.status === 401) headers.push(['WWW-Authenticate', 'Bearer realm="aidet"']);
  return headers;
}

/** The same error, said of a field. */
export function withParam(error: unknown, param: string | undefined): unknown {
  if (!(error instanceof AidetError) || error.param !== undefined || param === undefined) return error;
  const { code, message, retryAfterS: again, cause } = error;
  return new AidetError(code, message, {
    param,
    cause,
    ...(again === undefined ? {} : { retryAfterS: again }),
  });
}

/** Unknown path, or a method that the path does not have. */
export class NoRouteError extends AidetError {
  constructor(
    message: string,
    /** Methods of the path; empty where the path is unknown. */
    readonly allow: readonly string[],
  ) {
    super('not_found', message);
  }
}

function retryAfterS(error: AidetError): number {
  return Math.max(1, Math.ceil(error.retryAfterS ?? 1));
}
