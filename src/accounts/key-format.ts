/**
 * API keys: `aidet_live_sk_` or `aidet_test_sk_`, 27 base62 characters (160 random bits), 6 base62 characters of CRC-32 over
 * everything before. The checksum finds typing errors without a look-up; it proves nothing.
 */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORM = /^aidet_(live|test)_sk_[0-9A-Za-z]{33}$/;
const RANDOM_CHARS = 27;
const CHECKSUM_CHARS = 6;

export function newSecret(livemode: boolean): string {
  const random = BigInt(`0x${randomBytes(20).toString('hex')}`);
  const body = `aidet_${livemode ? 'live' : 'test'}_sk_${base62(random, RANDOM_CHARS)}`;
  return body + checksum(body);
}

/** True for what `newSecret` may have given. */
export function isWellFormed(secret: string): boolean {
  return FORM.test(secret) && checksum(secret.slice(0, -CHECKSUM_CHARS)) === secret.slice(-CHECKSUM_CHARS);
}

/** What may be shown of a key, to tell it from its neighbours. */
export function shownParts(secret: string): { prefix: string; last4: string } {
  return { prefix: secret.slice(0, 'aidet_live_sk_'.length + 4), last4: secret.slice(-4) };
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_CHARS);
}

function base62(value: bigint, chars: number): string {
  let text = '';
  for (let rest = value; text.length < chars; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text;
}
