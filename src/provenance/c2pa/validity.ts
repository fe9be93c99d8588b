import { listOf, textOf } from './history.js';
import type { Ingredient, IngredientDelta, ManifestStore, Status, StatusCodes } from './store.js';

export type ValidationState = 'trusted' | 'valid' | 'invalid';

export interface ValidationEntry {
  /** A code of the C2PA specification, or the library's word for what it refuses. */
  code: string;
  severity: 'success' | 'informational' | 'failure';
  explanation: string;
  /** The box spoken of: a JUMBF URI. */
  url: string | null;
}

const ENTRIES_MAX = 500;

/**
 * Faults that leave the claim unchanged and bound to the picture: who signed and when is not what was signed, and a
 * list of actions that breaks a rule (ChatGPT's of 2025 does) is still the signer's list.
 */
const HARMLESS_FAULT = /^(signingCredential|timeStamp|cawg|assertion\.action)\./;

export function stateOf(store: ManifestStore): ValidationState {
  const state = store.validation_state?.toLowerCase();
  return state === 'trusted' || state === 'valid' ? state : 'invalid';
}

/** What was found of the active manifest. */
export function activeEntriesOf({ validation_results }: ManifestStore): ValidationEntry[] {
  return flatten(validation_results?.activeManifest).slice(0, ENTRIES_MAX);
}

/** What was found of the active manifest and, now, of its ingredients. */
export function entriesOf(store: ManifestStore): ValidationEntry[] {
  const { validation_results } = store;
  return [
    ...activeEntriesOf(store),
    ...listOf<IngredientDelta>(validation_results?.ingredientDeltas).flatMap((delta) =>
      flatten(delta.validationDeltas),
    ),
  ].slice(0, ENTRIES_MAX);
}

/**
 * What is known of an ingredient's manifest: what its importer recorded, and what differs from it now. A faulty
 * ingredient leaves the outer state as it is, so its faults stand here alone.
 */
export function ingredientEntries(ingredient: Ingredient, store: ManifestStore): ValidationEntry[] {
  const recorded = ingredient.validation_results;
  const now = entriesOf(store).filter(
    ({ url }) => ingredient.active_manifest !== undefined && speaksOf(url, ingredient.active_manifest),
  );
  const told = [
    ...flatten(recorded?.activeManifest),
    ...listOf<IngredientDelta>(recorded?.ingredientDeltas).flatMap((d) => flatten(d.validationDeltas)),
    ...listOf<Status>(ingredient.validation_status).map((status) =>
      entry(status, status.success === true ? 'success' : 'failure'),
    ),
  ];
  // The importer's trust list is not ours: what is found now stands above what was found then.
  const isTrustedNow = now.some(({ code }) => code === 'signingCredential.trusted');
  return [
    ...told.filter(({ code }) => !(isTrustedNow && code === 'signingCredential.untrusted')),
    ...now,
  ].slice(0, ENTRIES_MAX);
}

/** The state of an ingredient, by the rules by which the library judges the active manifest. */
export function ingredientState(entries: readonly ValidationEntry[]): ValidationState {
  const faults = entries.filter(({ severity }) => severity === 'failure').map(({ code }) => code);
  if (faults.some((code) => code !== 'signingCredential.untrusted')) return 'invalid';
  const isTrusted = entries.some(({ code }) => code === 'signingCredential.trusted');
  return isTrusted && faults.length === 0 ? 'trusted' : 'valid';
}

/** Whether the claim still belongs to this picture, whoever signed it. */
export function isIntact(entries: readonly ValidationEntry[]): boolean {
  return entries.every(({ severity, code }) => severity !== 'failure' || HARMLESS_FAULT.test(code));
}

function speaksOf(url: string | null, label: string): boolean {
  const [, rest] = url?.split('/c2pa/') ?? [];
  return rest === label || rest?.startsWith(`${label}/`) === true;
}

function flatten(codes: StatusCodes | undefined): ValidationEntry[] {
  return (['failure', 'informational', 'success'] as const).flatMap((severity) =>
    listOf<Status>(codes?.[severity])
      .slice(0, ENTRIES_MAX)
      .map((status) => entry(status, severity)),
  );
}

function entry({ code, explanation, url }: Status, severity: ValidationEntry['severity']): ValidationEntry {
  return {
    code: textOf(code) ?? 'unknown',
    severity,
    explanation: textOf(explanation) ?? '',
    url: textOf(url),
  };
}
