/**
 * The one table of error codes. The door maps a code to its HTTP status through STATUS, the CLI prints
 * the message; a code that is missing here does not compile anywhere.
 */
export const STATUS = {
  invalid_request: 400,
  image_too_large: 400,
  image_unsupported_format: 400,
  unauthorized: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  image_unfetchable: 422,
  rate_limited: 429,
  internal_error: 500,
  service_unavailable: 503,
} as const;

export type ErrorCode = keyof typeof STATUS;

export interface ErrorDetails {
  /** Path of the offending field, for example `images[3].image_url`. */
  param?: string;
  /** Whole seconds, at least 1; sent as `Retry-After` with 429 and 503. */
  retryAfterS?: number;
  /** For the log only; never reaches a client. */
  cause?: unknown;
}

/** An error whose message may be shown to the client. Everything else is shown as `internal_error`. */
export class AidetError extends Error {
  override readonly name = 'AidetError';
  readonly param: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.param = details.param;
    this.retryAfterS = details.retryAfterS;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** What crosses a thread border: structured clone keeps neither class nor own fields of an Error. */
export interface PlainError {
  code: ErrorCode;
  message: string;
  param?: string;
  retryAfterS?: number;
}

export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof AidetError)) return { code: 'internal_error', message: 'Internal error' };
  const plain: PlainError = { code: error.code, message: error.message };
  if (error.param !== undefined) plain.param = error.param;
  if (error.retryAfterS !== undefined) plain.retryAfterS = error.retryAfterS;
  return plain;
}

export function fromPlainError(plain: PlainError): AidetError {
  const { code, message, ...details } = plain;
  return new AidetError(code, message, details);
}
