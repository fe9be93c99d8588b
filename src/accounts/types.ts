/** What the front end needs of projects, keys and plans. Implemented by `createAccounts`. */

export interface PlanLimits {
  /** Requests a second, at most 60 times this in any sliding 60 s; null: unlimited. */
  sustainedRps: number | null;
  /** At most this in any sliding second; null: unlimited. */
  burstRps: number | null;
  concurrentBatches: number | null;
  /** Scans a calendar month, UTC; null: unlimited. */
  scansPerMonth: number | null;
  /** Feature names: `async`, `webhooks`, `ip_allowlist`. */
  features: string[];
}

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

export interface NewKey {
  id: string;
  projectId: string;
  plan: string;
  livemode: boolean;
  /** The whole key; shown once, stored only as a keyed hash. */
  secret: string;
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
  createProject(plan: string, name?: string): { id: string };
  createKey(projectId: string, options: { livemode: boolean; name?: string; scopes?: string[] }): NewKey;
  /** True where no project exists yet: the first start. */
  isEmpty(): boolean;
  close(): void;
}
