import { claimsOf } from './claims.js';
import { type Action, actionsOf, claimGeneratorOf, listOf, recordOf, textOf } from './history.js';
import type { Details, Ingredient, Manifest, ManifestStore } from './store.js';
import {
  entriesOf,
  ingredientEntries,
  ingredientState,
  stateOf,
  type ValidationEntry,
  type ValidationState,
} from './validity.js';

/** The answer of `POST /v1/c2pa/verify` without request and transport fields, in the names of the contract. */
export interface C2paReport {
  c2pa_manifest_present: boolean;
  /** `trusted`: unchanged, by a signer on a trust list. `valid`: unchanged, but anybody can sign. */
  validation_state: ValidationState | null;
  active_manifest: ActiveManifest | null;
  validation: ValidationEntry[];
  /** The list that the signer's certificate was found on. */
  trust_list: { source: string; updated_at: string } | null;
  /** Where the file says that its manifest lies; never fetched. */
  remote_manifest_url: string | null;
}

export interface ActiveManifest {
  label: string;
  title: string | null;
  claim_generator: string | null;
  signer: Signer | null;
  /** ISO 8601, by a time stamp; null where there is none that holds. */
  signed_at: string | null;
  actions: WireAction[];
  digital_source_type: string | null;
  ingredients: WireIngredient[];
  ai_disclosure: AiDisclosure;
}

export interface Signer {
  common_name: string | null;
  organization: string | null;
  issuer: string | null;
  algorithm: string | null;
  valid_from: string | null;
  valid_to: string | null;
}

export interface WireAction {
  action: string;
  when: string | null;
  software_agent: string | null;
  digital_source_type: string | null;
  description: string | null;
}

export interface WireIngredient {
  title: string | null;
  format: string | null;
  relationship: string | null;
  instance_id: string | null;
  /** Label of its own manifest, or null where it has none. */
  manifest: string | null;
  claim_generator: string | null;
  digital_source_type: string | null;
  validation_state: ValidationState | null;
  /** Its own faults and remarks: they do not change the state of the whole. */
  validation: ValidationEntry[];
  ingredients: WireIngredient[];
}

/** What the manifests say, whatever their validity; null where they do not say. */
export interface AiDisclosure {
  ai_generated: boolean;
  ai_edited: boolean;
  training_allowed: boolean | null;
}

const INGREDIENTS_MAX = 100;
const DEPTH_MAX = 8;
/** Of one ingredient. */
const REMARKS_MAX = 50;

export function absent(remoteManifestUrl: string | null): C2paReport {
  return {
    c2pa_manifest_present: false,
    validation_state: null,
    active_manifest: null,
    validation: [],
    trust_list: null,
    remote_manifest_url: remoteManifestUrl,
  };
}

/** A manifest that can not be read is invalid; why is told. */
export function unreadable(code: string, explanation: string): C2paReport {
  return {
    ...absent(null),
    c2pa_manifest_present: true,
    validation_state: 'invalid',
    validation: [{ code, severity: 'failure', explanation, url: null }],
  };
}

export function reportOf(store: ManifestStore, details: Details): C2paReport {
  const label = store.active_manifest ?? '';
  const manifest = manifestOf(store, label);
  return {
    c2pa_manifest_present: true,
    validation_state: stateOf(store),
    active_manifest: manifest && presentManifest(label, manifest, store, details),
    validation: entriesOf(store),
    trust_list: null,
    remote_manifest_url: null,
  };
}

function presentManifest(
  label: string,
  manifest: Manifest,
  store: ManifestStore,
  details: Details,
): ActiveManifest {
  const actions = actionsOf(manifest);
  return {
    label,
    title: textOf(manifest.title),
    claim_generator: claimGeneratorOf(manifest),
    signer: signerOf(label, manifest, details),
    signed_at: textOf(manifest.signature_info?.time),
    actions: actions.map(presentAction),
    digital_source_type: sourceTypeOf(actions),
    ingredients: presentIngredients(manifest, store, { left: INGREDIENTS_MAX }, 1),
    ai_disclosure: disclosureOf(store, manifest),
  };
}

function signerOf(label: string, { signature_info }: Manifest, details: Details): Signer | null {
  if (typeof signature_info !== 'object' || signature_info === null) return null;
  const signature = listOf<NonNullable<Details['manifests']>[number]>(details.manifests).find(
    (manifest) => manifest.label === label,
  )?.signature;
  const certificate = signature?.certificateInfo;
  const issuer = certificate?.issuer;
  return {
    common_name: textOf(signature_info.common_name),
    organization: textOf(certificate?.subject?.['O'] ?? signature_info.issuer),
    issuer: issuer === undefined ? null : nameOf(issuer),
    algorithm: textOf(signature_info.alg)?.toLowerCase() ?? null,
    valid_from: textOf(certificate?.validity?.notBefore),
    valid_to: textOf(certificate?.validity?.notAfter),
  };
}

/** A distinguished name in the usual order, most specific first. */
function nameOf(name: Record<string, string>): string {
  return ['CN', 'OU', 'O', 'C']
    .filter((key) => textOf(name[key]) !== null)
    .map((key) => `${key}=${textOf(name[key])}`)
    .join(', ');
}

function presentIngredients(
  manifest: Manifest,
  store: ManifestStore,
  budget: { left: number },
  depth: number,
): WireIngredient[] {
  const presented: WireIngredient[] = [];
  for (const ingredient of listOf<Ingredient>(manifest.ingredients)) {
    if (budget.left-- <= 0) break;
    presented.push(presentIngredient(ingredient, store, budget, depth));
  }
  return presented;
}

function presentIngredient(
  ingredient: Ingredient,
  store: ManifestStore,
  budget: { left: number },
  depth: number,
): WireIngredient {
  const label = textOf(ingredient.active_manifest);
  const own = label === null ? null : manifestOf(store, label);
  const validation = ingredientEntries(ingredient, store);
  return {
    title: textOf(ingredient.title),
    format: textOf(ingredient.format),
    relationship: textOf(ingredient.relationship),
    instance_id: textOf(ingredient.instance_id),
    manifest: label,
    claim_generator: own && claimGeneratorOf(own),
    digital_source_type: own && sourceTypeOf(actionsOf(own)),
    validation_state: label === null ? null : ingredientState(validation),
    validation: validation.filter(({ severity }) => severity !== 'success').slice(0, REMARKS_MAX),
    ingredients: own && depth < DEPTH_MAX ? presentIngredients(own, store, budget, depth + 1) : [],
  };
}

function presentAction({ softwareAgent, digitalSourceType, ...action }: Action): WireAction {
  return { ...action, software_agent: softwareAgent, digital_source_type: digitalSourceType };
}

function sourceTypeOf(actions: Action[]): string | null {
  return actions.find(({ digitalSourceType }) => digitalSourceType !== null)?.digitalSourceType ?? null;
}

function disclosureOf(store: ManifestStore, active: Manifest): AiDisclosure {
  const claims = claimsOf(store).map(({ claim }) => claim);
  return {
    ai_generated: claims.includes('ai_generated'),
    ai_edited: claims.includes('ai_edited'),
    training_allowed: trainingOf(active),
  };
}

/** Allowed only where no entry on training forbids or restricts it. Source: CAWG training and data mining 1.1. */
function trainingOf(manifest: Manifest): boolean | null {
  const uses = listOf<{ label?: unknown; data?: unknown }>(manifest.assertions)
    .filter(({ label }) => /^(c2pa|cawg)\.training-mining/.test(textOf(label) ?? ''))
    .flatMap(({ data }) => Object.entries(recordOf(recordOf(data)['entries'])))
    .filter(([name]) => name.includes('training'))
    .map(([, entry]) => textOf(recordOf(entry)['use']));
  return uses.length === 0 ? null : uses.every((use) => use === 'allowed');
}

function manifestOf(store: ManifestStore, label: string): Manifest | null {
  const { manifests } = store;
  return manifests !== undefined && Object.hasOwn(manifests, label) ? (manifests[label] ?? null) : null;
}
