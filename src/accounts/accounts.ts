/**
 * Who asks, and how much they may. Runs on the main thread and never waits: keys come from a cache in front of SQLite, rates,
 * quota and batches are counted in memory, and what was counted goes to disk in one commit for all, within a second.
 */
import { timingSafeEqual } from 'node:crypto';
import { AidetError } from '../domain/errors.js';
import { limitsFor } from '../domain/plans.js';
import type { Database } from '../storage/database.js';
import { Allowlist } from './allowlist.js';
import { KeyCache, type KnownKey } from './key-cache.js';
import { isWellFormed } from './key-format.js';
import { SCOPE_ADMIN, SCOPE_ALL } from './key-options.js';
import { createManagement, hasEnded, hashOf } from './keys.js';
import { Meter } from './meter.js';
import { PlanFile } from './plan-file.js';
import { createStore } from './store.js';
import type { Accounts, Principal, Project } from './types.js';
import { orUnavailable } from './unavailable.js';
import { createUsageStore } from './usage-store.js';

export interface AccountsDeps {
  db: Database;
  clock: {
    /** Unix milliseconds. */
    nowMs(): number;
    /** Milliseconds that never run backwards. */
    monotonicMs(): number;
  };
  /** Key of the hashes that API keys are stored as. */
  pepper: Uint8Array;
  /** Told of what went wrong without failing a request: counts that could not be stored yet, a bad plans file. */
  report: (error: Error) => void;
}

export interface AccountsSettings {
  /** JSON file of plans; empty: the product's. */
  plansFile: string;
}

/** Counts wait this long for company; with the commit itself they are on disk within a second. */
const COMMIT_DELAY_MS = 800;
/** How often to look whether another process changed the database, or somebody the plans file. */
const LOOK_EVERY_MS = 250;
/** Beyond this, meters that nobody used for a while are forgotten. */
const METERS_MAX = 10_000;

/** @throws Error where the plans file can not be used. */
export function createAccounts(
  { db, clock, pepper, report }: AccountsDeps,
  settings: AccountsSettings,
): Accounts {
  const store = createStore(db);
  const usageStore = createUsageStore(db);
  const planFile = new PlanFile(settings.plansFile, store.plansInUse);
  const keys = new KeyCache();
  const projects = new Map<string, Project>();
  const meters = new Map<string, Meter>();
  const waiting = new Set<Meter>();
  const keysUsed = new Map<string, number>();
  let commitTimer: NodeJS.Timeout | undefined;
  let lookedMs = clock.monotonicMs();
  let dataVersion = versionOf(db);

  function forget(): void {
    keys.clear();
    projects.clear();
  }

  function look(): void {
    const now = clock.monotonicMs();
    if (now - lookedMs < LOOK_EVERY_MS) return;
    lookedMs = now;
    try {
      if (planFile.reload()) forget();
    } catch (error) {
      report(error as Error);
    }
    const version = versionOf(db);
    if (version === dataVersion) return;
    dataVersion = version;
    forget();
    for (const meter of meters.values()) meter.refresh();
  }

  function projectOf(id: string): Project {
    let project = projects.get(id);
    if (project === undefined) {
      project = management.project(id);
      projects.set(id, project);
    }
    return project;
  }

  function read(hash: Buffer): KnownKey | undefined {
    const key = store.keyByHash(hash);
    if (key === undefined) return undefined;
    const { plan, overrides, retention } = projectOf(key.projectId);
    const limits = limitsFor(planFile.plans, plan, overrides, key.livemode);
    if (limits === null)
      throw new Error(`Project ${key.projectId} is on plan '${plan}', which does not exist`);
    const { projectId, id: keyId, livemode, scopes } = key;
    return {
      key,
      principal: { projectId, keyId, plan, livemode, scopes, limits, retention },
      allowlist: new Allowlist(key.ipAllowlist),
    };
  }

  function known(secret: string): KnownKey | undefined {
    const hash = hashOf(secret, pepper);
    const name = hash.toString('hex');
    const cached = keys.get(name);
    const found = cached ?? orUnavailable(() => read(hash), 'Keys can not be looked up at the moment');
    // The look-up compares hashes, byte by byte at worst; the answer rests on a comparison that takes the same time for all.
    if (found === undefined || !timingSafeEqual(found.key.hash, hash)) return undefined;
    if (cached === undefined) keys.put(name, found);
    return found;
  }

  function meterOf({ projectId, livemode }: Principal): Meter {
    const name = `${projectId} ${livemode}`;
    let meter = meters.get(name);
    if (meter === undefined) {
      meter = new Meter({ projectId, livemode }, usageStore, awaitCommit);
      meters.set(name, meter);
    }
    return meter;
  }

  function awaitCommit(meter: Meter): void {
    waiting.add(meter);
    scheduleCommit();
  }

  function scheduleCommit(): void {
    commitTimer ??= setTimeout(() => {
      commitTimer = undefined;
      if (!tryCommit()) scheduleCommit();
    }, COMMIT_DELAY_MS).unref();
  }

  function tryCommit(): boolean {
    try {
      commit();
      return true;
    } catch (error) {
      report(
        new Error('Usage counts could not be stored; they are kept for the next attempt', { cause: error }),
      );
      return false;
    }
  }

  function commit(): void {
    if (waiting.size === 0 && keysUsed.size === 0) return;
    usageStore.commit(
      [...waiting].map((meter) => [meter.side, meter.pending]),
      keysUsed,
    );
    for (const meter of waiting) meter.committed();
    waiting.clear();
    keysUsed.clear();
    if (meters.size <= METERS_MAX) return;
    for (const [name, meter] of meters) if (meter.isIdle(clock.nowMs())) meters.delete(name);
  }

  const management = createManagement({ store, planFile, pepper, nowMs: clock.nowMs, changed: forget });

  return {
    ...management,

    authenticate(authorization, endpoint, clientIp) {
      const secret = secretOf(authorization);
      look();
      const found = known(secret);
      if (found === undefined) throw unauthorized('The API key is not known');
      const { key, principal, allowlist } = found;
      if (key.revokedMs !== null) throw unauthorized('The API key was revoked');
      if (hasEnded(key, clock.nowMs())) throw unauthorized('The API key has expired');
      if (!isInScope(key.scopes, endpoint))
        throw new AidetError('forbidden', `The API key's scopes do not include ${endpoint}`);
      if (!allowlist.allows(clientIp))
        throw new AidetError('forbidden', "The client's address is not on the API key's allowlist");
      keysUsed.set(key.id, clock.nowMs());
      scheduleCommit();
      return principal;
    },

    admit(principal, endpoint) {
      const meter = meterOf(principal);
      const waitMs = meter.rate.admit(clock.monotonicMs(), principal.limits);
      if (waitMs > 0) {
        const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000));
        throw new AidetError('rate_limited', `Too many requests; the next one fits in ${retryAfterS} s`, {
          retryAfterS,
        });
      }
      meter.addRequest(clock.nowMs(), endpoint);
      return this.rateState(principal);
    },

    rateState(principal) {
      const { rate } = meterOf(principal);
      const { limits } = principal;
      const now = clock.monotonicMs();
      return {
        limit: limits.sustainedRps,
        remaining: rate.remaining(now, limits),
        resetUnixS: Math.ceil((clock.nowMs() + rate.resetMs(now, limits)) / 1000),
      };
    },

    charge(principal, scans) {
      const now = clock.nowMs();
      const { suspendedMs, paidUntilMs } = projectOf(principal.projectId);
      if (suspendedMs !== null && suspendedMs <= now)
        throw new AidetError('payment_required', 'The project is suspended');
      if (paidUntilMs !== null && paidUntilMs <= now)
        throw new AidetError('payment_required', 'The subscription has expired');
      return meterOf(principal).charge(now, scans, principal.limits);
    },

    beginBatch: (principal) => meterOf(principal).beginBatch(principal.limits),

    usage(principal) {
      const { projectId: project, plan, livemode, limits } = principal;
      return { project, plan, livemode, ...meterOf(principal).usage(clock.nowMs(), limits) };
    },

    close() {
      clearTimeout(commitTimer);
      commitTimer = undefined;
      tryCommit();
    },
  };
}

function versionOf(db: Database): number {
  return db.pragma('data_version', { simple: true }) as number;
}

function isInScope(scopes: string[], endpoint: string): boolean {
  return scopes.includes(endpoint) || (endpoint !== SCOPE_ADMIN && scopes.includes(SCOPE_ALL));
}

function secretOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '')
    throw unauthorized('No API key: send it as `Authorization: Bearer <key>`');
  const [scheme = '', secret, ...rest] = authorization.trim().split(/ +/);
  if (scheme.toLowerCase() !== 'bearer' || secret === undefined || rest.length > 0)
    throw unauthorized('The Authorization header is not of the form `Bearer <key>`');
  if (!isWellFormed(secret)) throw unauthorized('The API key is malformed: it was cut off or mistyped');
  return secret;
}

function unauthorized(message: string): AidetError {
  return new AidetError('unauthorized', message);
}
