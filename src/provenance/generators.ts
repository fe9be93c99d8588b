/** Words by which programs name themselves, and the id of the family in `api/generators.json`. First match wins. */
const NAMES: readonly [RegExp, string][] = [
  [/DALL.?E.?2\b/i, 'dalle_2'],
  [/DALL.?E/i, 'dalle_3'],
  [/gpt-?4o|gpt-image/i, 'gpt_image'],
  [/firefly/i, 'firefly'],
  [/\bflux\b|flux\.|black forest labs/i, 'flux'],
  [/midjourney/i, 'midjourney'],
  [/ideogram/i, 'ideogram'],
  [/seedream|dreamina/i, 'seedream'],
  [/\bgemini\b/i, 'gemini_image'],
  [/\bgrok\b/i, 'grok'],
];

/** The ids that any text may give. */
export const NAMED_GENERATORS: readonly string[] = NAMES.map(([, id]) => id);

/** The generator that a text names beyond doubt, or null: a service that runs several models names none. */
export function generatorOf(text: string): string | null {
  return NAMES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
