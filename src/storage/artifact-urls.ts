/** Signed URLs of artifacts: whoever holds one may see the picture, until it expires. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const EXTENSIONS = { 'image/png': 'png', 'text/html; charset=utf-8': 'html' } as const;

export type ArtifactType = keyof typeof EXTENSIONS;

export interface ArtifactUrls {
  /** Path and query, to be put behind the public URL: `/v1/artifacts/art_….png?exp=…&sig=…`. */
  sign(id: string, contentType: ArtifactType, expiresMs: number): string;
  /**
   * True where the signature is ours and time is left; `exp` and `sig` as in the query, `file` as in the path (`art_….png`).
   * Takes the same time whatever of the signature is right.
   */
  verify(file: string, exp: string | null, sig: string | null): boolean;
}

/** @param secret Key of the signatures: HMAC-SHA256 over the file's name and `exp` in whole unix seconds, base64url. */
export function createArtifactUrls(secret: Uint8Array, nowMs: () => number): ArtifactUrls {
  const signatureOf = (file: string, exp: string): Buffer =>
    createHmac('sha256', secret).update(`${file} ${exp}`).digest();
  return {
    sign(id, contentType, expiresMs) {
      const file = `${id}.${EXTENSIONS[contentType]}`;
      const exp = String(Math.floor(expiresMs / 1000));
      return `/v1/artifacts/${file}?exp=${exp}&sig=${signatureOf(file, exp).toString('base64url')}`;
    },
    verify(file, exp, sig) {
      if (exp === null || sig === null || !/^\d{1,15}$/.test(exp) || !/^[\w-]{43}$/.test(sig)) return false;
      const genuine = timingSafeEqual(signatureOf(file, exp), Buffer.from(sig, 'base64url'));
      return genuine && Number(exp) * 1000 > nowMs();
    },
  };
}
