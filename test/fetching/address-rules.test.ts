import t from 'tap';
import {
  allowList,
  FORBIDDEN_RANGES,
  isLoopback,
  isMetadataAddress,
  isMetadataName,
  sameAddress,
  whyForbidden,
} from '../../src/fetching/address-rules.js';

/** First and last address of each range, and its neighbours where they are global. */
const CASES: readonly (readonly [address: string, name: string | null])[] = [
  ['0.0.0.0', 'this network, RFC 791'],
  ['0.255.255.255', 'this network, RFC 791'],
  ['1.0.0.0', null],
  ['9.255.255.255', null],
  ['10.0.0.0', 'private use, RFC 1918'],
  ['10.255.255.255', 'private use, RFC 1918'],
  ['11.0.0.0', null],
  ['100.63.255.255', null],
  ['100.64.0.0', 'carrier-grade NAT, RFC 6598'],
  ['100.127.255.255', 'carrier-grade NAT, RFC 6598'],
  ['100.128.0.0', null],
  ['126.255.255.255', null],
  ['127.0.0.1', 'loopback, RFC 1122'],
  ['127.255.255.255', 'loopback, RFC 1122'],
  ['128.0.0.0', null],
  ['169.253.255.255', null],
  ['169.254.0.0', 'link-local, RFC 3927'],
  ['169.254.255.255', 'link-local, RFC 3927'],
  ['172.15.255.255', null],
  ['172.16.0.0', 'private use, RFC 1918'],
  ['172.31.255.255', 'private use, RFC 1918'],
  ['172.32.0.0', null],
  ['192.0.0.8', 'IETF protocol assignments, RFC 6890'],
  ['192.0.1.0', null],
  ['192.0.2.1', 'documentation, RFC 5737'],
  ['192.31.196.1', 'AS112, RFC 7535'],
  ['192.52.193.1', 'AMT, RFC 7450'],
  ['192.88.99.1', '6to4 relay, RFC 7526'],
  ['192.167.255.255', null],
  ['192.168.0.0', 'private use, RFC 1918'],
  ['192.168.255.255', 'private use, RFC 1918'],
  ['192.169.0.0', null],
  ['192.175.48.1', 'AS112, RFC 7534'],
  ['198.17.255.255', null],
  ['198.18.0.0', 'benchmarking, RFC 2544'],
  ['198.19.255.255', 'benchmarking, RFC 2544'],
  ['198.20.0.0', null],
  ['198.51.100.7', 'documentation, RFC 5737'],
  ['203.0.113.7', 'documentation, RFC 5737'],
  ['223.255.255.255', null],
  ['224.0.0.1', 'multicast, RFC 5771'],
  ['239.255.255.255', 'multicast, RFC 5771'],
  ['240.0.0.1', 'reserved and broadcast, RFC 1112'],
  ['255.255.255.255', 'reserved and broadcast, RFC 1112'],
  ['::', 'unspecified, RFC 4291'],
  ['::1', 'loopback, RFC 4291'],
  ['0:0:0:0:0:0:0:1', 'loopback, RFC 4291'],
  ['::7f00:1', 'IPv4-compatible, RFC 4291'],
  ['::8.8.8.8', 'IPv4-compatible, RFC 4291'],
  ['::ffff:127.0.0.1', 'loopback, RFC 1122'],
  ['::ffff:7f00:1', 'loopback, RFC 1122'],
  ['0:0:0:0:0:ffff:a00:1', 'private use, RFC 1918'],
  ['::ffff:8.8.8.8', null],
  ['::ffff:0:127.0.0.1', 'IPv4-translated, RFC 2765'],
  ['64:ff9b::10.1.2.3', 'private use, RFC 1918'],
  ['64:ff9b::a9fe:a9fe', 'link-local, RFC 3927'],
  ['64:ff9b::8.8.8.8', null],
  ['64:ff9b:1::1', 'local-use NAT64, RFC 8215'],
  ['100::1', 'discard-only, RFC 6666'],
  ['100:0:0:1::1', 'dummy prefix, RFC 9780'],
  ['2001::1', 'Teredo, RFC 4380'],
  ['2001:0:7f00:1::', 'Teredo, RFC 4380'],
  ['2001:2::1', 'benchmarking, RFC 5180'],
  ['2001:10::1', 'ORCHID, RFC 4843'],
  ['2001:20::1', 'ORCHIDv2, RFC 7343'],
  ['2001:1::1', 'IETF protocol assignments, RFC 2928'],
  ['2001:200::1', null],
  ['2001:db8::1', 'documentation, RFC 3849'],
  ['2001:4860:4860::8888', null],
  ['2002:7f00:1::', '6to4, RFC 7526'],
  ['2002:808:808::1', '6to4, RFC 7526'],
  ['2606:4700::1111', null],
  ['2620:4f:8000::1', 'AS112, RFC 7534'],
  ['2606:4700::5efe:10.0.0.1', 'private use, RFC 1918'],
  ['2606:4700::200:5efe:7f00:1', 'loopback, RFC 1122'],
  ['3fff::1', 'documentation, RFC 9637'],
  ['4000::1', 'not global unicast, RFC 4291'],
  ['5f00::1', 'segment routing, RFC 9602'],
  ['fc00::1', 'unique local, RFC 4193'],
  ['fdff::1', 'unique local, RFC 4193'],
  ['fe80::1', 'link-local, RFC 4291'],
  ['fe80::1%eth0', 'link-local, RFC 4291'],
  ['fec0::1', 'site-local, RFC 3879'],
  ['ff02::1', 'multicast, RFC 4291'],
  ['', 'not an address'],
  ['localhost', 'not an address'],
  // Forms that a URL's parser turns into four numbers and that no resolver gives: not guessed at.
  ['127.1', 'not an address'],
  ['0x7f000001', 'not an address'],
  ['2130706433', 'not an address'],
  ['0177.0.0.1', 'not an address'],
];

t.test('each range refuses its first and last address and no neighbour', async (t) => {
  for (const [address, name] of CASES) t.equal(whyForbidden(address), name, address);
});

t.test('each range of the table has a case', async (t) => {
  const named = new Set(CASES.map(([, name]) => name));
  for (const { name, cidr } of FORBIDDEN_RANGES) t.ok(named.has(name), `${cidr} ${name}`);
});

t.test('metadata services', async (t) => {
  const yes = [
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '169.254.170.2',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd20:ce::254',
  ];
  for (const address of yes) t.ok(isMetadataAddress(address), address);
  for (const address of ['169.254.1.1', '168.63.129.17', 'fd01::1', 'x'])
    t.notOk(isMetadataAddress(address), address);
  for (const name of ['metadata.google.internal', 'metadata', 'instance-data'])
    t.ok(isMetadataName(name), name);
  t.notOk(isMetadataName('metadata.example.org'));
});

t.test('loopback in each form', async (t) => {
  for (const address of ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1'])
    t.ok(isLoopback(address), address);
  for (const address of ['128.0.0.1', '10.0.0.1', '::2']) t.notOk(isLoopback(address), address);
});

t.test('spellings of one address', async (t) => {
  t.ok(sameAddress('::ffff:10.0.0.1', '10.0.0.1'));
  t.ok(sameAddress('2001:DB8::1', '2001:db8:0:0:0:0:0:1'));
  t.ok(sameAddress('fe80::1%eth0', 'fe80::1'));
  t.notOk(sameAddress('10.0.0.1', '10.0.0.2'));
  t.notOk(sameAddress('x', 'x'));
});

t.test('allow list', async (t) => {
  const list = allowList([
    '10.1.0.0/16',
    '192.168.7.7',
    'fd12::/16',
    'store.example',
    '*.wild.example',
    ' ',
    'UPPER.example.',
  ]);
  for (const address of ['10.1.2.3', '192.168.7.7', 'fd12::9', '::ffff:10.1.2.3'])
    t.ok(list.hasAddress(address), address);
  for (const address of ['10.2.0.1', '192.168.7.8', 'fd13::1', 'nonsense'])
    t.notOk(list.hasAddress(address), address);
  for (const host of [
    'store.example',
    'a.store.example',
    'b.a.store.example',
    'x.wild.example',
    'upper.example',
  ])
    t.ok(list.hasHost(host), host);
  for (const host of ['evilstore.example', 'store.example.evil.net', 'example', ''])
    t.notOk(list.hasHost(host), host);
  t.notOk(allowList([]).hasHost(''));
  t.notOk(allowList(['']).hasHost('anything'));
});
