/** Projects and their keys: making, listing, rotating, ending. */
import { createHmac } from 'node:crypto';
import { ulid } from 'ulid';
import { AidetError } from '../domain/errors.js';
import { formatOverrides, limitsFor, parseOverrides } from '../domain/plans.js';
import { newSecret, shownParts } from './key-format.js';
import { checkKeyOptions, checkName } from './key-options.js';
import type { PlanFile } from './plan-file.js';
import type { HashedKey, Store } from './store.js';
import type { Accounts, KeyInfo, KeyOptions, KeyRealm, NewKey, Project, Retention } from './types.js';
import { orUnavailable } from './unavailable.js';

export type Management = Pick<
  Accounts,
  | 'createProject'
  | 'createProjectWithKey'
  | 'project'
  | 'projects'
  | 'updateProject'
  | 'createKey'
  | 'listKeys'
  | 'projectOfKey'
  | 'getKey'
  | 'rotateKey'
  | 'revokeKey'
  | 'isEmpty'
>;

interface ManagementDeps {
  store: Store;
  planFile: PlanFile;
  pepper: Uint8Array;
  nowMs: () => number;
  /** Called after each change, before the call returns. */
  changed: () => void;
}

/** Sorts behind every key's id. */
const AFTER_ALL_KEYS = 'key_~';
const GRACE_S_MAX = 30 * 86_400;

/** Without the pepper, which is not in the database, a stolen database does not tell a key from a guess. */
export function hashOf(secret: string, pepper: Uint8Array): Buffer {
  return createHmac('sha256', pepper).update(secret).digest();
}

export function createManagement({ store, planFile, pepper, nowMs, changed }: ManagementDeps): Management {
  function write<T>(change: () => T): T {
    try {
      return orUnavailable(change, 'The change could not be stored');
    } finally {
      changed();
    }
  }

  function project(projectId: string): Project {
    const found = store.project(projectId);
    if (found === undefined) throw new AidetError('not_found', 'There is no such project');
    return found;
  }

  function find(realm: KeyRealm, keyId: string): HashedKey {
    const key = store.key(realm, keyId);
    if (key === undefined) throw new AidetError('not_found', 'There is no such key');
    return key;
  }

  function checkPlan(plan: string): void {
    if (Object.hasOwn(planFile.plans, plan)) return;
    const known = Object.keys(planFile.plans).join(', ');
    throw new AidetError('invalid_request', `There is no plan of this name (there are ${known})`, {
      param: 'plan',
    });
  }

  function fresh(
    settings: Pick<KeyInfo, 'projectId' | 'livemode' | 'name' | 'scopes' | 'ipAllowlist' | 'expiresMs'>,
  ) {
    const secret = newSecret(settings.livemode);
    const createdMs = nowMs();
    const key: HashedKey = {
      ...settings,
      ...shownParts(secret),
      id: `key_${ulid(createdMs)}`,
      hash: hashOf(secret, pepper),
      createdMs,
      revokedMs: null,
      lastUsedMs: null,
    };
    return { key, secret };
  }

  function shownOnce({ key, secret }: { key: HashedKey; secret: string }): NewKey {
    return { ...shown(key), plan: project(key.projectId).plan, secret };
  }

  function freshProject(plan: string, name: string): Project {
    checkPlan(plan);
    checkName(name);
    const createdMs = nowMs();
    const id = `proj_${ulid(createdMs)}`;
    const retention = { resultsS: null, artifactsS: null };
    return { id, name, plan, overrides: {}, createdMs, suspendedMs: null, paidUntilMs: null, retention };
  }

  function freshKey({ id: projectId, plan, overrides }: Project, options: KeyOptions) {
    const limits = limitsFor(planFile.plans, plan, overrides, options.livemode);
    if (limits === null) throw new Error(`Project ${projectId} is on an unknown plan`);
    return fresh({ projectId, ...checkKeyOptions(options, limits, nowMs()) });
  }

  return {
    createProject(plan, name = '') {
      const made = freshProject(plan, name);
      write(() => store.insertProject(made));
      return { id: made.id };
    },

    createProjectWithKey(plan, options) {
      const owner = freshProject(plan, options.name ?? '');
      const made = freshKey(owner, options);
      write(() => store.insertProjectWithKey(owner, made.key));
      return shownOnce(made);
    },

    project,
    projects: () => store.projects(),

    updateProject(projectId, changes) {
      const updated = { ...project(projectId), ...changes };
      checkPlan(updated.plan);
      checkName(updated.name);
      checkRetention(updated.retention);
      try {
        parseOverrides(formatOverrides(updated.overrides));
      } catch (error) {
        throw new AidetError('invalid_request', (error as Error).message, { param: 'overrides' });
      }
      write(() => store.updateProject(updated));
      return updated;
    },

    createKey(projectId, options) {
      const made = freshKey(project(projectId), options);
      write(() => store.insertKey(made.key));
      return shownOnce(made);
    },

    listKeys(realm, { limit = 20, cursor } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 100)
        throw new AidetError('invalid_request', 'limit must be a whole number from 1 to 100', {
          param: 'limit',
        });
      if (cursor !== undefined && !/^key_[0-9A-Z]{26}$/.test(cursor))
        throw new AidetError('invalid_request', 'cursor is none that a list of keys gave', {
          param: 'cursor',
        });
      const keys = store.keysBefore(realm, cursor ?? AFTER_ALL_KEYS, limit + 1).map(shown);
      const page = keys.slice(0, limit);
      return { keys: page, nextCursor: keys.length > limit ? (page.at(-1)?.id ?? null) : null };
    },

    projectOfKey(keyId) {
      const projectId = store.projectOfKey(keyId);
      if (projectId === undefined) throw new AidetError('not_found', 'There is no such key');
      return projectId;
    },

    getKey: (realm, keyId) => shown(find(realm, keyId)),

    rotateKey(realm, keyId, graceS) {
      if (!Number.isInteger(graceS) || graceS < 0 || graceS > GRACE_S_MAX)
        throw new AidetError(
          'invalid_request',
          `grace_seconds must be a whole number from 0 to ${GRACE_S_MAX}`,
          {
            param: 'grace_seconds',
          },
        );
      const old = find(realm, keyId);
      const now = nowMs();
      if (hasEnded(old, now))
        throw new AidetError('invalid_request', 'A key that has ended can not be rotated');
      const { projectId, livemode, name, scopes, ipAllowlist, expiresMs } = old;
      const made = fresh({ projectId, livemode, name, scopes, ipAllowlist, expiresMs });
      const endMs = Math.min(expiresMs ?? Number.POSITIVE_INFINITY, now + graceS * 1000);
      write(() => store.replaceKey(made.key, old.id, endMs));
      return shownOnce(made);
    },

    revokeKey(realm, keyId) {
      const { id } = find(realm, keyId);
      write(() => store.revokeKey(id, nowMs()));
      return shown(find(realm, keyId));
    },

    isEmpty: () => !store.hasProjects(),
  };
}

export function hasEnded({ revokedMs, expiresMs }: KeyInfo, nowMs: number): boolean {
  return revokedMs !== null || (expiresMs !== null && expiresMs <= nowMs);
}

function shown({ hash: _, ...info }: HashedKey): KeyInfo {
  return info;
}

/** Ten years: more than anybody may have to keep. */
const RETENTION_S_MAX = 10 * 366 * 86_400;

function checkRetention({ resultsS, artifactsS }: Retention): void {
  for (const life of [resultsS, artifactsS]) {
    if (life === null || (Number.isInteger(life) && life >= 0 && life <= RETENTION_S_MAX)) continue;
    const message = `A retention must be a whole number of seconds from 0 to ${RETENTION_S_MAX}`;
    throw new AidetError('invalid_request', message, { param: 'retention' });
  }
}
