import { test } from 'tap';
import { isWellFormed, newSecret, shownParts } from '../../src/accounts/key-format.js';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 as ISO 3309 defines it, bit by bit. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function numberOf(base62: string): bigint {
  return [...base62].reduce((value, digit) => value * 62n + BigInt(DIGITS.indexOf(digit)), 0n);
}

test('a key is a prefix, 27 characters of 160 random bits and 6 of CRC-32', async (t) => {
  for (const livemode of [true, false]) {
    const prefix = livemode ? 'aidet_live_sk_' : 'aidet_test_sk_';
    const secrets = Array.from({ length: 500 }, () => newSecret(livemode));
    t.equal(new Set(secrets).size, 500);
    for (const secret of secrets) {
      const random = secret.slice(prefix.length, -6);
      const right =
        secret.startsWith(prefix) &&
        secret.length === prefix.length + 33 &&
        numberOf(random) < 1n << 160n &&
        numberOf(secret.slice(-6)) === BigInt(crc32(secret.slice(0, -6))) &&
        isWellFormed(secret);
      if (!right) t.fail(secret);
    }
  }
});

test('every bit of the random part varies', async (t) => {
  let zeros = 0n;
  let ones = 0n;
  for (let i = 0; i < 200; i++) {
    const value = numberOf(newSecret(true).slice('aidet_live_sk_'.length, -6));
    ones |= value;
    zeros |= ~value & ((1n << 160n) - 1n);
  }
  t.equal(ones, (1n << 160n) - 1n);
  t.equal(zeros, (1n << 160n) - 1n);
});

test('any one wrong, missing, added or swapped character is found', async (t) => {
  const secret = newSecret(true);
  const missed: string[] = [];
  const attempt = (typed: string): void => {
    if (typed !== secret && isWellFormed(typed)) missed.push(typed);
  };
  for (let at = 0; at <= secret.length; at++) {
    for (const digit of DIGITS) {
      attempt(secret.slice(0, at) + digit + secret.slice(at + 1));
      attempt(secret.slice(0, at) + digit + secret.slice(at));
    }
    attempt(secret.slice(0, at) + secret.slice(at + 1));
    attempt(secret.slice(0, at) + (secret[at + 1] ?? '') + (secret[at] ?? '') + secret.slice(at + 2));
  }
  attempt(secret.replace('live', 'test'));
  attempt(secret.toLowerCase());
  attempt(`${secret}\n`);
  attempt(` ${secret}`);
  t.same(missed, []);
});

test('what is shown of a key does not help to guess it', async (t) => {
  const secret = newSecret(true);
  const { prefix, last4 } = shownParts(secret);
  t.equal(prefix, secret.slice(0, 18));
  t.equal(last4, secret.slice(-4));
});
