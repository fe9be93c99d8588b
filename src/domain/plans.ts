/** Plans as data: what each allows, and what a project's own numbers make of it. */

export const FEATURES = ['async', 'webhooks', 'ip_allowlist'] as const;

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

/** What a project has instead of its plan's numbers. */
export type Overrides = Partial<PlanLimits>;
export type Plans = Readonly<Record<string, PlanLimits>>;

/** The plan whose rate and quota every test key has; each set of plans holds it. */
export const TEST_PLAN = 'free';

export const PRODUCT_PLANS: Plans = {
  free: { sustainedRps: 2, burstRps: 5, concurrentBatches: 1, scansPerMonth: 500, features: [] },
  pro: {
    sustainedRps: 200,
    burstRps: 400,
    concurrentBatches: 10,
    scansPerMonth: 100_000,
    features: [...FEATURES],
  },
  enterprise: {
    sustainedRps: null,
    burstRps: null,
    concurrentBatches: null,
    scansPerMonth: null,
    features: [...FEATURES],
  },
};

/** A test key has Free's rate and quota, whatever the project pays, but may try all that the project may use. */
export function limitsFor(
  plans: Plans,
  plan: string,
  overrides: Overrides,
  livemode: boolean,
): PlanLimits | null {
  const own = Object.hasOwn(plans, plan) ? plans[plan] : undefined;
  if (own === undefined) return null;
  const limits = { ...own, ...overrides };
  const test = plans[TEST_PLAN];
  if (livemode || test === undefined) return limits;
  const { sustainedRps, burstRps, scansPerMonth } = test;
  return { ...limits, sustainedRps, burstRps, scansPerMonth };
}

/**
 * Reads plans as written in a plans file:
 * `{"pro": {"sustained_rps": 200, "burst_rps": 400, "concurrent_batches": 10, "scans_per_month": null, "features": []}}`.
 * Every field is needed, null means unlimited. Throws Error naming the first field that is wrong.
 */
export function parsePlans(value: unknown): Plans {
  const plans: Record<string, PlanLimits> = {};
  for (const [name, fields] of Object.entries(objectOf(value, 'plans'))) {
    if (!/^[a-z][a-z0-9_-]{0,63}$/.test(name)) throw new Error(`'${name}' can not be the name of a plan`);
    const limits = parseOverrides(fields, name);
    for (const [field, key] of Object.entries(FIELDS)) {
      if (!(key in limits)) throw new Error(`${name}.${field} is missing (null: unlimited)`);
    }
    plans[name] = limits as PlanLimits;
  }
  if (!Object.hasOwn(plans, TEST_PLAN))
    throw new Error(`There is no plan '${TEST_PLAN}', whose limits test keys have`);
  return plans;
}

/** Some of a plan's fields, by the names of a plans file. Throws Error naming the first that is wrong. */
export function parseOverrides(value: unknown, where = 'overrides'): Overrides {
  const overrides: Overrides = {};
  for (const [field, given] of Object.entries(objectOf(value, where))) {
    if (!Object.hasOwn(FIELDS, field)) throw new Error(`${where}.${field} is not a field of a plan`);
    const key = FIELDS[field as Field];
    if (key === 'features') overrides.features = featuresOf(given, `${where}.${field}`);
    else overrides[key] = limitOf(given, key, `${where}.${field}`);
  }
  return overrides;
}

/** The reverse of `parseOverrides`. */
export function formatOverrides(overrides: Overrides): Record<string, unknown> {
  const entries = Object.entries(FIELDS).filter(([, key]) => overrides[key] !== undefined);
  return Object.fromEntries(entries.map(([field, key]) => [field, overrides[key]]));
}

const FIELDS = {
  sustained_rps: 'sustainedRps',
  burst_rps: 'burstRps',
  concurrent_batches: 'concurrentBatches',
  scans_per_month: 'scansPerMonth',
  features: 'features',
} as const;

type Field = keyof typeof FIELDS;

function limitOf(value: unknown, key: (typeof FIELDS)[Field], where: string): number | null {
  if (value === null) return null;
  // A slower sustained rate than one request a minute could never let one pass.
  const fraction = key === 'sustainedRps';
  const min = fraction ? 1 / 60 : key === 'burstRps' ? 1 : 0;
  const fits = typeof value === 'number' && value >= min && value <= 1e12;
  if (fits && (fraction || Number.isInteger(value))) return value;
  const kind = fraction ? 'a number of at least 1/60' : `a whole number of at least ${min}`;
  throw new Error(`${where} must be ${kind}, or null for unlimited`);
}

function featuresOf(value: unknown, where: string): string[] {
  const known = (name: unknown): name is string => (FEATURES as readonly unknown[]).includes(name);
  if (Array.isArray(value) && value.every(known)) return [...value];
  throw new Error(`${where} must be a list of ${FEATURES.join(', ')}`);
}

function objectOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error(`${where} must be an object`);
}
