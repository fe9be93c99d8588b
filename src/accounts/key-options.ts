import { AidetError } from '../domain/errors.js';
import type { PlanLimits } from '../domain/plans.js';
import { Allowlist } from './allowlist.js';
import type { KeyOptions } from './types.js';

export const SCOPE_ALL = '*';
/** Keys that make keys: never part of `*`, so that a key leaked from a client can not make itself a successor. */
export const SCOPE_ADMIN = 'admin';

const NAME_CHARS_MAX = 100;
const SCOPES_MAX = 32;
const ALLOWLIST_MAX = 100;

/** Fills in what was left out. Throws AidetError with `param` for an option that can not be. */
export function checkKeyOptions(
  options: KeyOptions,
  limits: PlanLimits,
  nowMs: number,
): Required<KeyOptions> {
  const { livemode, name = '', scopes = [SCOPE_ALL], ipAllowlist = [], expiresMs = null } = options;
  checkName(name);
  if (scopes.length < 1 || scopes.length > SCOPES_MAX)
    throw invalid('scopes', `A key has 1 to ${SCOPES_MAX} scopes (got ${scopes.length})`);
  const wrong = scopes.find((scope) => scope !== SCOPE_ALL && !/^[a-z][a-z0-9_./-]{0,63}$/.test(scope));
  if (wrong !== undefined)
    throw invalid('scopes', `A scope is an endpoint's name, ${SCOPE_ADMIN} or ${SCOPE_ALL}`);
  if (ipAllowlist.length > 0) checkAllowlist(ipAllowlist, limits);
  if (expiresMs !== null && !(Number.isSafeInteger(expiresMs) && expiresMs > nowMs))
    throw invalid('expires_at', 'The expiry lies in the past');
  return { livemode, name, scopes: [...new Set(scopes)], ipAllowlist, expiresMs };
}

export function checkName(name: string): void {
  if (name.length > NAME_CHARS_MAX || /\p{Cc}/u.test(name))
    throw invalid('name', `A name has at most ${NAME_CHARS_MAX} characters and no control characters`);
}

function checkAllowlist(entries: string[], { features }: PlanLimits): void {
  if (!features.includes('ip_allowlist'))
    throw new AidetError('forbidden', 'The plan does not include IP allowlists', { param: 'ip_allowlist' });
  if (entries.length > ALLOWLIST_MAX)
    throw invalid(
      'ip_allowlist',
      `An allowlist has at most ${ALLOWLIST_MAX} entries (got ${entries.length})`,
    );
  try {
    new Allowlist(entries);
  } catch (error) {
    throw invalid('ip_allowlist', (error as Error).message);
  }
}

function invalid(param: string, message: string): AidetError {
  return new AidetError('invalid_request', message, { param });
}
