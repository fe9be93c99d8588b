import type { Accounts, KeyInfo, KeyOptions, KeyRealm, NewKey, Principal } from '../../accounts/types.js';
import { AidetError } from '../../domain/errors.js';
import { objectBody } from '../body/object.js';
import type { Fields } from '../body/structured.js';
import { noBody, type Route, route } from '../exchange.js';
import { page } from '../page.js';
import { checkFields } from '../validation.js';

const GRACE_S_DEFAULT = 86_400;

/** GET and POST /v1/keys, GET and DELETE /v1/keys/{id}, POST /v1/keys/{id}/rotate: for keys with the scope `admin`. */
export function keyRoutes(
  accounts: Pick<Accounts, 'createKey' | 'listKeys' | 'getKey' | 'rotateKey' | 'revokeKey'>,
): Route[] {
  const endpoint = 'admin';
  return [
    route({
      operationId: 'listKeys',
      method: 'GET',
      path: '/v1/keys',
      endpoint,
      read: noBody,
      handle({ principal, query }) {
        const { keys, nextCursor } = accounts.listKeys(realmOf(principal), page(query));
        return {
          value: { data: keys.map(presentKey), has_more: nextCursor !== null, next_cursor: nextCursor },
        };
      },
    }),
    route<Fields>({
      operationId: 'createKey',
      method: 'POST',
      path: '/v1/keys',
      endpoint,
      read: objectBody,
      handle({ principal }, fields) {
        const options = keyOptions(checkFields('CreateKeyRequest', fields), principal.livemode);
        if (options.livemode && !principal.livemode)
          throw new AidetError('forbidden', 'A test key makes test keys alone', { param: 'livemode' });
        return { value: presentNewKey(accounts.createKey(principal.projectId, options)) };
      },
    }),
    route({
      operationId: 'getKey',
      method: 'GET',
      path: '/v1/keys/{id}',
      endpoint,
      read: noBody,
      handle: ({ principal, params }) => ({
        value: presentKey(accounts.getKey(realmOf(principal), params.id as string)),
      }),
    }),
    route({
      operationId: 'revokeKey',
      method: 'DELETE',
      path: '/v1/keys/{id}',
      endpoint,
      read: noBody,
      handle: ({ principal, params }) => ({
        value: presentKey(accounts.revokeKey(realmOf(principal), params.id as string)),
      }),
    }),
    route<Fields>({
      operationId: 'rotateKey',
      method: 'POST',
      path: '/v1/keys/{id}/rotate',
      endpoint,
      read: objectBody,
      handle({ principal, params }, fields) {
        const graceS = (checkFields('RotateKeyRequest', fields).grace_seconds ?? GRACE_S_DEFAULT) as number;
        return { value: presentNewKey(accounts.rotateKey(realmOf(principal), params.id as string, graceS)) };
      },
    }),
  ];
}

/** Live keys manage keys of both modes, test keys their own. */
function realmOf({ projectId, livemode }: Principal): KeyRealm {
  return livemode ? { projectId } : { projectId, livemode };
}

function keyOptions(fields: Fields, livemode: boolean): KeyOptions {
  const {
    name,
    scopes,
    ip_allowlist: ipAllowlist,
    expires_at: expiresAt,
  } = fields as {
    name?: string;
    scopes?: string[];
    ip_allowlist?: string[];
    expires_at?: string | null;
  };
  return {
    livemode: (fields.livemode as boolean | undefined) ?? livemode,
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(ipAllowlist === undefined ? {} : { ipAllowlist }),
    ...(expiresAt === undefined || expiresAt === null ? {} : { expiresMs: timeOf(expiresAt) }),
  };
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new AidetError('invalid_request', 'expires_at is not a date', { param: 'expires_at' });
  return ms;
}

function presentKey(key: KeyInfo) {
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    id: key.id,
    project: key.projectId,
    name: key.name,
    livemode: key.livemode,
    prefix: key.prefix,
    last4: key.last4,
    scopes: key.scopes,
    ip_allowlist: key.ipAllowlist,
    created_at: time(key.createdMs),
    expires_at: time(key.expiresMs),
    revoked_at: time(key.revokedMs),
    last_used_at: time(key.lastUsedMs),
  };
}

function presentNewKey(key: NewKey) {
  return { ...presentKey(key), secret: key.secret };
}
