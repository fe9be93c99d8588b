import fc from 'fast-check';
import { test } from 'tap';
import { claimsOf, evidenceOf } from '../../../src/provenance/c2pa/claims.js';
import { reportOf } from '../../../src/provenance/c2pa/report.js';
import type { Ingredient, Manifest, ManifestStore, Status } from '../../../src/provenance/c2pa/store.js';

const IPTC = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const CREATED = {
  action: 'c2pa.created',
  softwareAgent: { name: 'GPT-4o' },
  digitalSourceType: `${IPTC}trainedAlgorithmicMedia`,
};
const SIGNER = { issuer: 'OpenAI', common_name: 'Truepic Lens CLI in ChatGPT', alg: 'Es256' };

const manifest = (actions: unknown[], ingredients: Ingredient[] = []): Manifest => ({
  signature_info: SIGNER,
  assertions: actions.length === 0 ? [] : [{ label: 'c2pa.actions.v2', data: { actions } }],
  ingredients,
});

/** A store whose active manifest is `a`, with the faults that were found of it. */
const store = (manifests: Record<string, Manifest>, faults: string[] = []): ManifestStore => {
  const failure: Status[] = faults.map((code) => ({ code, url: 'self#jumbf=/c2pa/a' }));
  return {
    active_manifest: 'a',
    manifests,
    validation_state: faults.length === 0 ? 'Trusted' : 'Invalid',
    validation_results: { activeManifest: { success: [], failure } },
  };
};
const claims = (of: ManifestStore): string[] => claimsOf(of).map(({ claim }) => claim);

test('a manifest without actions passes its one ingredient on, as ChatGPT writes it', async (t) => {
  const b: Ingredient = { relationship: 'componentOf', active_manifest: 'b' };
  t.same(claims(store({ a: manifest([], [b]), b: manifest([CREATED]) })), ['ai_generated']);
  const two = [b, { relationship: 'componentOf', active_manifest: 'c' }];
  const parts = store({ a: manifest([], two), b: manifest([CREATED]), c: manifest([CREATED]) });
  t.same(claims(parts), ['ai_edited', 'ai_edited'], 'of two parts none is the picture');
  const broken = store({ a: manifest([], [b]), b: manifest([CREATED]) }, ['assertion.action.malformed']);
  t.match(evidenceOf(broken), [{ claim: 'ai_generated', generator: 'gpt_image', verified: false }]);
});

test('what was only looked at while a picture was made is no part of it', async (t) => {
  const input: Ingredient = { relationship: 'inputTo', active_manifest: 'b' };
  const captured = { action: 'c2pa.created', digitalSourceType: `${IPTC}digitalCapture` };
  t.same(claims(store({ a: manifest([captured], [input]), b: manifest([CREATED]) })), ['camera']);
});

test("Bing's manifests say so in a description, under two labels", async (t) => {
  const actions = [{ action: 'c2pa.created', description: 'AI Generated Image' }];
  t.same(claims(store({ a: { assertions: [{ label: 'actions', data: actions }] } })), ['ai_generated']);
  t.same(claims(store({ a: manifest(actions) })), ['ai_generated']);
  const told = [{ action: 'c2pa.created', description: 'A review of an AI Generated Image' }];
  t.same(claims(store({ a: manifest(told) })), []);
});

test('a manifest that is not bound to its picture is no evidence', async (t) => {
  const made = { a: manifest([CREATED]) };
  for (const code of [
    'assertion.dataHash.mismatch',
    'claimSignature.mismatch',
    'assertion.hashedURI.mismatch',
  ])
    t.same(evidenceOf(store(made, [code])), [], code);
  for (const code of ['signingCredential.expired', 'timeStamp.untrusted', 'cawg.ica.signature_mismatch'])
    t.match(evidenceOf(store(made, [code])), [{ verified: false }], code);
  t.match(evidenceOf(store(made)), [{ verified: true }]);
});

test('ingredients that name each other end', async (t) => {
  const to = (label: string): Ingredient[] => [{ relationship: 'parentOf', active_manifest: label }];
  const circle = store({ a: manifest([], to('b')), b: manifest([CREATED], to('a')) });
  t.same(claims(circle), ['ai_generated']);
  t.equal(reportOf(circle, {}).active_manifest?.ingredients[0]?.ingredients[0]?.manifest, 'a');
});

test('anything at all in a manifest is read without a fault', async () => {
  const any = fc.anything({ withNullPrototype: false, maxDepth: 3 });
  const status = fc.record({ code: any, url: any, explanation: any }, { requiredKeys: [] });
  const codes = fc.record({ success: fc.array(status), failure: any }, { requiredKeys: [] });
  const ingredient = fc.record(
    {
      relationship: any,
      active_manifest: fc.constantFrom('a', 'b', 1, null),
      title: any,
      validation_results: codes,
    },
    { requiredKeys: [] },
  );
  const action = fc.record({ action: any, digitalSourceType: any, softwareAgent: any, parameters: any });
  const anyManifest = fc.record(
    {
      title: any,
      claim_generator: any,
      claim_generator_info: any,
      signature_info: any,
      assertions: fc.oneof(
        any,
        fc.constant([{ label: 'c2pa.actions', data: { actions: [{}] } }]),
        fc.array(
          fc.record({
            label: fc.constantFrom('c2pa.actions', 'cawg.training-mining'),
            data: fc.oneof(any, fc.record({ actions: fc.array(action) })),
          }),
        ),
      ),
      ingredients: fc.oneof(any, fc.array(ingredient)),
    },
    { requiredKeys: [] },
  );
  const anyStore = fc.record(
    {
      active_manifest: fc.constantFrom('a', 'constructor', '__proto__'),
      manifests: fc.record({ a: anyManifest, b: anyManifest }),
      validation_state: fc.string(),
      validation_results: fc.record({ activeManifest: codes, ingredientDeltas: any }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anyStore, any, (hostile, details) => {
      const given = hostile as unknown as ManifestStore;
      evidenceOf(given);
      JSON.stringify(reportOf(given, (details ?? {}) as object));
    }),
    { numRuns: 1000 },
  );
});
