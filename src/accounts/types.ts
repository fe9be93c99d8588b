/** What the front end needs of projects, keys and plans. Implemented by `createAccounts`. */

import type { Overrides, PlanLimits } from '../domain/plans.js';

export type { Overrides, PlanLimits };

/** Who a request is: the result of `authenticate`. */
export interface Principal {
  projectId: string;
  keyId: string;
  plan: string;
  livemode: boolean;
  /** Endpoint names, or `*`. */
  scopes: string[];
  /** The project's plan with its overrides; test keys have Free's rate and quota. */
  limits: PlanLimits;
  retention: Retention;
}

/** What a project lets the server keep, in seconds; null: as the server's settings say. */
export interface Retention {
  /**
   * Stored answers and cached verdicts; never longer than the server's settings, which also bound what a longer life would
   * cost. 0: neither is kept, and `Idempotency-Key` has no effect.
   */
  resultsS: number | null;
  /** Heatmaps, forensic pictures and reports; 0: none is stored. */
  artifactsS: number | null;
}

export interface RateState {
  /** Sustained requests a second; null: unlimited. */
  limit: number | null;
  remaining: number;
  /** Unix second at which `remaining` is back at the limit. */
  resetUnixS: number;
}

/** Quota taken before the work; what was not used is given back. Each is settled exactly once. */
export interface Charge {
  /** Scans taken. */
  readonly granted: number;
  /** Keeps `used` of the granted scans, gives the rest back. */
  settle(used: number): void;
}

/** Whose keys are meant: a Principal, whose test keys see test keys alone, or a project as the CLI names it. */
export interface KeyRealm {
  projectId: string;
  /** Missing: keys of both modes. */
  livemode?: boolean;
}

export interface KeyOptions {
  livemode: boolean;
  name?: string;
  /** Endpoint names; `*` (the default) is every endpoint but `admin`, which must be named. */
  scopes?: string[];
  /** CIDRs or single addresses; empty: any. Needs the plan's feature `ip_allowlist`. */
  ipAllowlist?: string[];
  /** Unix milliseconds; null: never. */
  expiresMs?: number | null;
}

/** What may be shown of a key. Times are Unix milliseconds. */
export interface KeyInfo {
  id: string;
  projectId: string;
  livemode: boolean;
  name: string;
  /** First and last characters of the key. */
  prefix: string;
  last4: string;
  scopes: string[];
  ipAllowlist: string[];
  createdMs: number;
  expiresMs: number | null;
  revokedMs: number | null;
  /** Up to a second late. */
  lastUsedMs: number | null;
}

export interface NewKey extends KeyInfo {
  plan: string;
  /** The whole key; shown once, stored only as a keyed hash. */
  secret: string;
}

export interface Project {
  id: string;
  name: string;
  plan: string;
  /** Replace the plan's numbers one by one. */
  overrides: Overrides;
  createdMs: number;
  /** Scans answer `payment_required` from here on; null: not suspended. */
  suspendedMs: number | null;
  /** End of the subscription, after which scans answer `payment_required`; null: none. */
  paidUntilMs: number | null;
  retention: Retention;
}

export interface UsageReport {
  project: string;
  plan: string;
  livemode: boolean;
  period: { start: string; end: string };
  scans: { used: number; quota: number | null; remaining: number | null };
  requests: Record<string, number>;
  rateLimit: { sustainedRps: number | null; burstRps: number | null };
  concurrentBatches: { inFlight: number; limit: number | null };
  daily: { date: string; scans: number }[];
}

export interface Accounts {
  /**
   * Throws `unauthorized` for a missing, malformed, unknown, revoked or expired key, `forbidden` where
   * the endpoint is not in the key's scopes or the address not on its allowlist.
   */
  authenticate(authorization: string | undefined, endpoint: string, clientIp: string): Principal;
  /** Counts one request against the rate; throws `rate_limited` with `retryAfterS`, which counts against nothing. */
  admit(principal: Principal, endpoint: string): RateState;
  rateState(principal: Principal): RateState;
  /** Takes up to `scans` from the month's quota; throws `payment_required` where none is left. */
  charge(principal: Principal, scans: number): Charge;
  /** Throws `rate_limited` beyond the plan's concurrent batches; the result ends it. */
  beginBatch(principal: Principal): () => void;
  usage(principal: Principal): UsageReport;
  /** Throws `invalid_request` for an unknown plan. */
  createProject(plan: string, name?: string): { id: string };
  /**
   * A new project and its first key, which takes the key's name: both or neither. Throws what `createProject` and `createKey`
   * throw.
   */
  createProjectWithKey(plan: string, options: KeyOptions): NewKey;
  /** Throws `not_found`. */
  project(projectId: string): Project;
  /** All of them, oldest first. */
  projects(): Project[];
  /** Changes the fields given; takes effect at once here, within a second in other processes. */
  updateProject(
    projectId: string,
    changes: Partial<
      Pick<Project, 'name' | 'plan' | 'overrides' | 'suspendedMs' | 'paidUntilMs' | 'retention'>
    >,
  ): Project;
  /**
   * Throws `not_found` for an unknown project, `invalid_request` with `param` for an option that can not be, `forbidden`
   * where the plan lacks IP allowlists.
   */
  createKey(projectId: string, options: KeyOptions): NewKey;
  /** Newest first. Throws `invalid_request` for a limit other than 1 to 100 or a cursor that is none. */
  listKeys(
    realm: KeyRealm,
    page?: { limit?: number; cursor?: string },
  ): { keys: KeyInfo[]; nextCursor: string | null };
  /** Whose key it is, for an operator, who may see all. Throws `not_found`. */
  projectOfKey(keyId: string): string;
  /** Throws `not_found`, for another project's key too. */
  getKey(realm: KeyRealm, keyId: string): KeyInfo;
  /**
   * A new key with the old one's name, scopes, allowlist and expiry; the old one works `graceS` seconds longer (0: ends now).
   * Throws `not_found`, and `invalid_request` where the old key has ended already.
   */
  rotateKey(realm: KeyRealm, keyId: string, graceS: number): NewKey;
  /** Ends a key for good; a second time changes nothing. Throws `not_found`. */
  revokeKey(realm: KeyRealm, keyId: string): KeyInfo;
  /** True where no project exists yet: the first start. */
  isEmpty(): boolean;
  /** Writes the last counts; reports where that fails. The database stays open. */
  close(): void;
}
