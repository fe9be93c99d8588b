/** Certificates of a throw-away authority, encoded by hand: X.509 v3 (RFC 5280) with P-256 keys. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface Certificate {
  der: Buffer;
  pem: string;
  key: KeyObject;
}

export interface Subject {
  commonName: string;
  organization: string;
}

interface Validity {
  from: Date;
  to: Date;
}

export const YEAR_MS = 365 * 86_400_000;
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectKeyId: '2.5.29.14',
  authorityKeyId: '2.5.29.35',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocsp: '1.3.6.1.5.5.7.48.1',
} as const;

function tlv(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...parts: Uint8Array[]): Buffer => tlv(0x30, ...parts);
const explicit = (number: number, part: Uint8Array): Buffer => tlv(0xa0 | number, part);
const integer = (value: number): Buffer => tlv(0x02, Buffer.from([value]));
const TRUE = tlv(0x01, Buffer.from([0xff]));
const bitString = (bytes: Uint8Array, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), bytes);
const octets = (bytes: Uint8Array): Buffer => tlv(0x04, bytes);

function oid(dotted: string): Buffer {
  const [a, b, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  const base128 = (value: number): number[] => {
    const digits = [value & 127];
    for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 127) | 128);
    return digits;
  };
  return tlv(0x06, Buffer.from([40 * a + b, ...rest.flatMap(base128)]));
}

function name({ commonName, organization }: Subject): Buffer {
  const attribute = (type: string, text: string): Buffer =>
    tlv(0x31, sequence(oid(type), tlv(0x0c, Buffer.from(text))));
  return sequence(attribute(OID.organization, organization), attribute(OID.commonName, commonName));
}

function time(date: Date): Buffer {
  return tlv(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

const extension = (type: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(type), ...(critical ? [TRUE] : []), octets(value));

function publicKeyOf(key: KeyObject): { info: Buffer; id: Buffer } {
  const info = key.export({ type: 'spki', format: 'der' });
  // The point is the last 65 bytes of the structure.
  return { info, id: createHash('sha1').update(info.subarray(-65)).digest() };
}

let serial = 1;

function issue(
  subject: Subject,
  { from, to }: Validity,
  extensionsOf: (ownId: Buffer) => Buffer[],
  issuer?: { subject: Subject; key: KeyObject },
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { info, id } = publicKeyOf(publicKey);
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial++),
    algorithm,
    name(issuer?.subject ?? subject),
    sequence(time(from), time(to)),
    name(subject),
    info,
    explicit(3, sequence(...extensionsOf(id))),
  );
  const der = sequence(body, algorithm, bitString(sign('sha256', body, issuer?.key ?? privateKey)));
  const pem = `-----BEGIN CERTIFICATE-----\n${der
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trim()}\n-----END CERTIFICATE-----\n`;
  return { der, pem, key: privateKey };
}

export interface Authority extends Certificate {
  subject: Subject;
  keyId: Buffer;
}

export function createAuthority(subject: Subject): Authority {
  let keyId: Buffer = Buffer.alloc(0);
  const from = new Date(Date.now() - 10 * YEAR_MS);
  const certificate = issue(subject, { from, to: new Date(Date.now() + 10 * YEAR_MS) }, (ownId) => {
    keyId = ownId;
    return [
      extension(OID.basicConstraints, true, sequence(TRUE)),
      extension(OID.keyUsage, true, bitString(Buffer.from([0b0000_0110]), 1)),
      extension(OID.subjectKeyId, false, octets(ownId)),
    ];
  });
  return { ...certificate, subject, keyId };
}

export interface SignerOptions {
  keyUsage?: string;
  from?: Date;
  to?: Date;
  /** Where the certificate says that its revocation can be asked for. */
  ocspUrl?: string;
}

/** A certificate for signing claims; valid for a year around now unless told otherwise. */
export function issueSigner(
  authority: Authority,
  subject: Subject,
  options: SignerOptions = {},
): Certificate {
  const { keyUsage = EMAIL_PROTECTION, ocspUrl } = options;
  const { from = new Date(Date.now() - YEAR_MS / 2), to = new Date(Date.now() + YEAR_MS / 2) } = options;
  const access = (url: string): Buffer =>
    sequence(sequence(oid(OID.ocsp), tlv(0x86, Buffer.from(url, 'latin1'))));
  return issue(
    subject,
    { from, to },
    (ownId) => [
      extension(OID.basicConstraints, true, sequence()),
      extension(OID.keyUsage, true, bitString(Buffer.from([0b1000_0000]), 7)),
      extension(OID.extendedKeyUsage, true, sequence(oid(keyUsage))),
      extension(OID.subjectKeyId, false, octets(ownId)),
      extension(OID.authorityKeyId, false, sequence(tlv(0x80, authority.keyId))),
      ...(ocspUrl === undefined ? [] : [extension(OID.authorityInfoAccess, false, access(ocspUrl))]),
    ],
    { subject: authority.subject, key: authority.key },
  );
}
