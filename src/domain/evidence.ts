import type { DecidedBy, Evidence } from './types.js';

/**
 * What a deciding piece makes of the probability that the image is generated. A claim can be typed in by anybody,
 * so it stays below a proof; both keep the contract's bounds of 0.99 and 0.01 for decided answers.
 */
const PROVEN = 0.999;
const CLAIMED = 0.99;
const PROVEN_CAPTURE = 0.001;

/** Which kind speaks first among pieces of equal standing. A camera is no ground for a decision. */
const RANK = { c2pa: 0, metadata: 1, watermark: 2, camera: 3 } as const;

export interface Fused {
  /** Probability that the image is generated after all evidence, 0..1; at least 0.99 or at most 0.01 unless the model decided. */
  aiProbability: number;
  decidedBy: DecidedBy;
  /** All evidence, strongest first; contradictions are told in the explanations. */
  provenance: Evidence[];
  /** Pieces that can not all be true, one sentence each. */
  contradictions: string[];
}

/**
 * Weighs what the file says of itself against the model: a validated signature before an unambiguous trace before
 * the model. A missing trace means nothing, so no evidence leaves the model's answer as it is. Only a verified
 * capture without later AI actions speaks for `authentic`; EXIF never does. An AI edit of a photograph is reported
 * and leaves the decision to the model.
 *
 * @param modelProbability the calibrated network's own, 0..1
 */
export function fuse(modelProbability: number, evidence: readonly Evidence[]): Fused {
  const ranked = [...evidence].sort(
    (a, b) => Number(b.verified) - Number(a.verified) || RANK[a.kind] - RANK[b.kind],
  );
  return {
    ...decide(modelProbability, ranked),
    provenance: ranked.map((piece) => explainContradictions(piece, ranked)),
    contradictions: ranked.flatMap((piece, i) =>
      ranked
        .slice(i + 1)
        .filter((other) => contradict(piece, other))
        .map((other) => `${piece.source} and ${other.source} contradict each other`),
    ),
  };
}

function decide(
  modelProbability: number,
  ranked: readonly Evidence[],
): Pick<Fused, 'aiProbability' | 'decidedBy'> {
  const generated = ranked.find((piece) => piece.claim === 'ai_generated' && piece.kind !== 'camera');
  if (generated?.verified) {
    return { aiProbability: Math.max(modelProbability, PROVEN), decidedBy: decider(generated) };
  }
  if (ranked.some(isProvenCapture) && !ranked.some(isSignedAi)) {
    return { aiProbability: Math.min(modelProbability, PROVEN_CAPTURE), decidedBy: 'c2pa' };
  }
  if (generated !== undefined) {
    return { aiProbability: Math.max(modelProbability, CLAIMED), decidedBy: decider(generated) };
  }
  return { aiProbability: modelProbability, decidedBy: 'model' };
}

function decider({ kind }: Evidence): DecidedBy {
  return kind === 'camera' ? 'model' : kind;
}

function isProvenCapture({ kind, claim, verified }: Evidence): boolean {
  return kind === 'c2pa' && claim === 'camera' && verified;
}

/** Any AI action in the Content Credentials, also in those of an ingredient whose signer nobody knows. */
function isSignedAi({ kind, claim }: Evidence): boolean {
  return kind === 'c2pa' && claim !== 'camera';
}

/**
 * Taken by a camera and generated can not both be true of one picture, nor can two generators have made it. An
 * edited photograph is no contradiction, and neither is a family beside one of its versions (`flux`, `flux_1`).
 * Content Credentials tell a history of several works, so they do not contradict themselves.
 */
function contradict(a: Evidence, b: Evidence): boolean {
  if (a.kind === 'c2pa' && b.kind === 'c2pa') return false;
  const claims = new Set([a.claim, b.claim]);
  if (claims.has('camera')) return claims.has('ai_generated');
  if (a.generator === null || b.generator === null || claims.has('ai_edited')) return false;
  return !sameFamily(a.generator, b.generator);
}

function sameFamily(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}_`) || b.startsWith(`${a}_`);
}

function explainContradictions(piece: Evidence, all: readonly Evidence[]): Evidence {
  const sources = all.filter((other) => contradict(piece, other)).map((other) => other.source);
  if (sources.length === 0) return piece;
  return { ...piece, explanation: `${piece.explanation} Contradicted by: ${sources.join(', ')}.` };
}
