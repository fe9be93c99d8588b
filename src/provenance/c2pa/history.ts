import type { Ingredient, Manifest, ManifestStore } from './store.js';

/** Manifests and actions that are looked at; beyond, a store is made to exhaust its reader. */
const MANIFESTS_MAX = 256;
const ACTIONS_MAX = 1024;

export interface Action {
  action: string;
  when: string | null;
  softwareAgent: string | null;
  /** Full URI. */
  digitalSourceType: string | null;
  description: string | null;
}

/** One work in the picture's history. */
export interface Work {
  label: string;
  manifest: Manifest;
  actions: Action[];
  /** How it came in; absent for the active manifest. */
  ingredient?: Ingredient;
  /** True for the picture itself and what it was opened from; false for parts placed in it and for inputs. */
  isPicture: boolean;
}

/**
 * The active manifest and the works that went into the picture, nearest first, each once. What was only looked at
 * while it was made (`inputTo`: a prompt's picture, a model) is no part of it.
 */
export function worksOf(store: ManifestStore): Work[] {
  const works: Work[] = [];
  const seen = new Set<string>();
  const waiting: { label: string; ingredient?: Ingredient; isPicture: boolean }[] = [];
  if (store.active_manifest !== undefined) waiting.push({ label: store.active_manifest, isPicture: true });
  for (
    let next = waiting.shift();
    next !== undefined && works.length < MANIFESTS_MAX;
    next = waiting.shift()
  ) {
    const manifest = Object.hasOwn(store.manifests ?? {}, next.label)
      ? store.manifests?.[next.label]
      : undefined;
    if (manifest === undefined || seen.has(next.label)) continue;
    seen.add(next.label);
    const work: Work = { ...next, manifest, actions: actionsOf(manifest) };
    works.push(work);
    for (const ingredient of listOf<Ingredient>(manifest.ingredients).slice(0, MANIFESTS_MAX)) {
      if (typeof ingredient.active_manifest !== 'string' || ingredient.relationship === 'inputTo') continue;
      const isPicture = work.isPicture && isOpened(ingredient, manifest);
      waiting.push({ label: ingredient.active_manifest, ingredient, isPicture });
    }
  }
  return works;
}

export function actionsOf(manifest: Manifest): Action[] {
  return rawActions(manifest).map((raw) => ({
    action: textOf(raw['action']) ?? '',
    when: textOf(raw['when']),
    softwareAgent: agentOf(raw['softwareAgent']),
    digitalSourceType: textOf(raw['digitalSourceType'])?.trim() ?? null,
    description: textOf(raw['description']) ?? textOf(recordOf(raw['parameters'])['description']),
  }));
}

/** Name and version of the program that made the claim; claims of version 2 have it in the info alone. */
export function claimGeneratorOf({ claim_generator, claim_generator_info }: Manifest): string | null {
  if (claim_generator !== undefined) return textOf(claim_generator);
  const [info] = listOf<{ name?: unknown; version?: unknown }>(claim_generator_info);
  const name = textOf(info?.name);
  const version = textOf(info?.version);
  return name === null || version === null ? name : `${name} ${version}`;
}

function rawActions(manifest: Manifest): Record<string, unknown>[] {
  // Bing's manifests of 2023 call the assertion by half its name and leave the list bare.
  return listOf<{ label?: unknown; data?: unknown }>(manifest.assertions)
    .filter(({ label }) => /^(c2pa\.)?actions\b/.test(textOf(label) ?? ''))
    .flatMap(({ data }) =>
      listOf<Record<string, unknown>>(Array.isArray(data) ? data : recordOf(data)['actions']),
    )
    .slice(0, ACTIONS_MAX);
}

/**
 * The picture was opened from its parent. Some tools call the parent a component and name it in `c2pa.opened`;
 * ChatGPT names no action at all, and the picture is its one ingredient.
 */
function isOpened(ingredient: Ingredient, manifest: Manifest): boolean {
  if (ingredient.relationship === 'parentOf') return true;
  const actions = rawActions(manifest);
  if (actions.length === 0) return listOf(manifest.ingredients).length === 1;
  return actions.some((raw) => {
    if (raw['action'] !== 'c2pa.opened') return false;
    const parameters = recordOf(raw['parameters']);
    if (textOf(ingredient.instance_id) !== null && parameters['instanceId'] === ingredient.instance_id)
      return true;
    const named = [recordOf(parameters['ingredient']), ...listOf(parameters['ingredients']).map(recordOf)];
    const { label } = ingredient;
    return label !== undefined && named.some(({ url }) => textOf(url)?.endsWith(`/${label}`));
  });
}

function agentOf(value: unknown): string | null {
  return textOf(value) ?? textOf(recordOf(value)['name']);
}

/** The library passes assertions on as they stand in the file, so a list may be anything. */
export function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const TEXT_MAX = 1000;

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, TEXT_MAX) : null;
}
