/**
 * Which addresses a download may reach. An address is judged by what it leads to: forms of IPv6 that carry an
 * IPv4 address are judged by that one. Everything that is not global unicast is refused.
 */
import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

interface Range {
  cidr: string;
  /** What the range is for, and the document that says so. */
  name: string;
}

/** Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, and the RFC in each name. */
export const FORBIDDEN_RANGES: readonly Range[] = [
  { cidr: '0.0.0.0/8', name: 'this network, RFC 791' },
  { cidr: '10.0.0.0/8', name: 'private use, RFC 1918' },
  { cidr: '100.64.0.0/10', name: 'carrier-grade NAT, RFC 6598' },
  { cidr: '127.0.0.0/8', name: 'loopback, RFC 1122' },
  { cidr: '169.254.0.0/16', name: 'link-local, RFC 3927' },
  { cidr: '172.16.0.0/12', name: 'private use, RFC 1918' },
  { cidr: '192.0.0.0/24', name: 'IETF protocol assignments, RFC 6890' },
  { cidr: '192.0.2.0/24', name: 'documentation, RFC 5737' },
  { cidr: '192.31.196.0/24', name: 'AS112, RFC 7535' },
  { cidr: '192.52.193.0/24', name: 'AMT, RFC 7450' },
  { cidr: '192.88.99.0/24', name: '6to4 relay, RFC 7526' },
  { cidr: '192.168.0.0/16', name: 'private use, RFC 1918' },
  { cidr: '192.175.48.0/24', name: 'AS112, RFC 7534' },
  { cidr: '198.18.0.0/15', name: 'benchmarking, RFC 2544' },
  { cidr: '198.51.100.0/24', name: 'documentation, RFC 5737' },
  { cidr: '203.0.113.0/24', name: 'documentation, RFC 5737' },
  { cidr: '224.0.0.0/4', name: 'multicast, RFC 5771' },
  { cidr: '240.0.0.0/4', name: 'reserved and broadcast, RFC 1112' },
  { cidr: '::/128', name: 'unspecified, RFC 4291' },
  { cidr: '::1/128', name: 'loopback, RFC 4291' },
  { cidr: '::/96', name: 'IPv4-compatible, RFC 4291' },
  { cidr: '::ffff:0:0:0/96', name: 'IPv4-translated, RFC 2765' },
  { cidr: '64:ff9b:1::/48', name: 'local-use NAT64, RFC 8215' },
  { cidr: '100::/64', name: 'discard-only, RFC 6666' },
  { cidr: '100:0:0:1::/64', name: 'dummy prefix, RFC 9780' },
  { cidr: '2001::/32', name: 'Teredo, RFC 4380' },
  { cidr: '2001:2::/48', name: 'benchmarking, RFC 5180' },
  { cidr: '2001:10::/28', name: 'ORCHID, RFC 4843' },
  { cidr: '2001:20::/28', name: 'ORCHIDv2, RFC 7343' },
  { cidr: '2001::/23', name: 'IETF protocol assignments, RFC 2928' },
  { cidr: '2001:db8::/32', name: 'documentation, RFC 3849' },
  { cidr: '2002::/16', name: '6to4, RFC 7526' },
  { cidr: '2620:4f:8000::/48', name: 'AS112, RFC 7534' },
  { cidr: '3fff::/20', name: 'documentation, RFC 9637' },
  { cidr: '5f00::/16', name: 'segment routing, RFC 9602' },
  { cidr: 'fc00::/7', name: 'unique local, RFC 4193' },
  { cidr: 'fe80::/10', name: 'link-local, RFC 4291' },
  { cidr: 'fec0::/10', name: 'site-local, RFC 3879' },
  { cidr: 'ff00::/8', name: 'multicast, RFC 4291' },
];

/** Where clouds hand credentials to whoever asks from inside; no setting opens these. */
const METADATA_ADDRESSES: readonly string[] = [
  '169.254.169.254/32',
  '169.254.169.123/32',
  '169.254.169.253/32',
  '169.254.170.0/24',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  'fe80::a9fe:a9fe/128',
];

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.oraclecloud.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Block = [Address, number];

const blockOf = (cidr: string): Block => ipaddr.parseCIDR(cidr) as Block;
const FORBIDDEN = FORBIDDEN_RANGES.map(({ cidr, name }) => ({ block: blockOf(cidr), name }));
const METADATA = METADATA_ADDRESSES.map(blockOf);
const GLOBAL_UNICAST_V6 = blockOf('2000::/3');
const LOOPBACK_OR_UNSPECIFIED = ['0.0.0.0/8', '127.0.0.0/8', '::1/128', '::/128'].map(blockOf);

/** Why the address is refused, or null where it is global unicast. What is no address is refused. */
export function whyForbidden(text: string): string | null {
  const address = parse(text);
  if (address === null) return 'not an address';
  const found = FORBIDDEN.find(({ block }) => isIn(address, block));
  if (found !== undefined) return found.name;
  if (address.kind() === 'ipv6' && !isIn(address, GLOBAL_UNICAST_V6)) return 'not global unicast, RFC 4291';
  return null;
}

export function isMetadataAddress(text: string): boolean {
  const address = parse(text);
  return address !== null && METADATA.some((block) => isIn(address, block));
}

/** @param host Lower case, without a final dot. */
export function isMetadataName(host: string): boolean {
  return METADATA_NAMES.has(host);
}

/** Loopback and the unspecified addresses always lead to this machine, whatever its interfaces are. */
export function isLoopback(text: string): boolean {
  const address = parse(text);
  return address !== null && LOOPBACK_OR_UNSPECIFIED.some((block) => isIn(address, block));
}

/** Two spellings of one address are the same address. */
export function sameAddress(a: string, b: string): boolean {
  const [x, y] = [parse(a), parse(b)];
  return (
    x !== null && y !== null && x.kind() === y.kind() && x.toNormalizedString() === y.toNormalizedString()
  );
}

/** Says whether a host, by its name or by one of its addresses, is on the list. */
export interface AllowList {
  hasHost(host: string): boolean;
  hasAddress(address: string): boolean;
}

/** @param entries CIDRs, single addresses, or host suffixes that match at a label's border. */
export function allowList(entries: readonly string[]): AllowList {
  const blocks: Block[] = [];
  const suffixes: string[] = [];
  for (const entry of entries.map((text) => text.trim().toLowerCase())) {
    if (entry === '') continue;
    if (ipaddr.isValidCIDR(entry)) blocks.push(blockOf(entry));
    else if (ipaddr.isValid(entry)) blocks.push(blockOf(`${entry}/${entry.includes(':') ? 128 : 32}`));
    else suffixes.push(entry.replace(/^\*?\./, '').replace(/\.$/, ''));
  }
  return {
    hasHost: (host) => suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)),
    hasAddress: (text) => {
      const address = parse(text);
      return address !== null && blocks.some((block) => isIn(address, block));
    },
  };
}

function isIn(address: Address, [base, bits]: Block): boolean {
  return address.kind() === base.kind() && address.match(base as never, bits);
}

/** The address that a connection would end at: IPv4 out of the forms that carry one and are translated. */
function parse(text: string): Address | null {
  // A zone (`%eth0`) belongs to link-local addresses alone; they are refused with and without it.
  const bare = text.split('%')[0] as string;
  if (isIPv4(bare)) return ipaddr.IPv4.parse(bare);
  if (!isIPv6(bare)) return null;
  // Rewritten without dots first: the library takes `::8.8.8.8` for an IPv4-mapped address, which it is not.
  const address = ipaddr.IPv6.parse(new URL(`http://[${bare}]`).hostname.slice(1, -1));
  return embeddedIpv4(address.toByteArray()) ?? address;
}

/** IPv4 inside IPv4-mapped (RFC 4291), well-known NAT64 (RFC 6052) and ISATAP (RFC 5214) addresses. */
function embeddedIpv4(bytes: number[]): Address | null {
  const starts = (...prefix: number[]) => prefix.every((byte, i) => bytes[i] === byte);
  const last = () => new ipaddr.IPv4(bytes.slice(12));
  if (starts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)) return last();
  if (starts(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return last();
  const isIsatap =
    (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  return isIsatap ? isatapTarget(bytes) : null;
}

/** An ISATAP address is refused for its prefix as well as for the IPv4 inside: only a forbidden one is unpacked. */
function isatapTarget(bytes: number[]): Address | null {
  const inside = new ipaddr.IPv4(bytes.slice(12));
  return FORBIDDEN.some(({ block }) => isIn(inside, block)) ? inside : null;
}
