import { test } from 'tap';
import { Allowlist } from '../../src/accounts/allowlist.js';

test('addresses and ranges of both families, mapped forms being the same address', async (t) => {
  const list = new Allowlist(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32', '::1', '::ffff:198.51.100.0/120']);
  const allowed = {
    '10.1.0.0': true,
    '10.1.255.255': true,
    '10.2.0.0': false,
    '192.0.2.7': true,
    '192.0.2.8': false,
    '::ffff:10.1.2.3': true,
    '::ffff:a01:203': true,
    '::ffff:10.2.0.0': false,
    '2001:db8:ffff::1': true,
    '2001:db9::': false,
    '::1': true,
    '::2': false,
    '198.51.100.77': true,
    '198.51.101.1': false,
    '': false,
    'not an address': false,
    '10.1.0.1.': false,
  };
  for (const [address, expected] of Object.entries(allowed)) t.equal(list.allows(address), expected, address);
});

test('an empty list is for everybody', async (t) => {
  t.equal(new Allowlist([]).allows('203.0.113.9'), true);
});

test('what is no address or range is named, ambiguous forms too', async (t) => {
  for (const wrong of [
    '',
    'example.com',
    '10.0.0.0/33',
    '10.1/16',
    '010.0.0.1',
    '0x7f.1',
    '2001:db8::/129',
    '10.0.0.0/',
    '*',
  ])
    t.throws(() => new Allowlist(['10.0.0.1', wrong]), /is no CIDR or IP address/, wrong);
});

test('a range is matched by its bits, whatever host bits it was written with', async (t) => {
  const list = new Allowlist(['10.1.2.3/8']);
  t.equal(list.allows('10.200.0.1'), true);
  t.equal(list.allows('11.0.0.1'), false);
  t.equal(new Allowlist(['0.0.0.0/0']).allows('203.0.113.9'), true);
  t.equal(new Allowlist(['0.0.0.0/0']).allows('::1'), false);
});
