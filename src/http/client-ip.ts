import ipaddr from 'ipaddr.js';
import type { RequestHead } from './engine/types.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Whose request it is. X-Forwarded-For is believed as far as the proxies of the list reach: the client is the right-most
 * hop outside it, since anything further left may be the client's own invention.
 * @param trusted CIDRs; throws where one can not be read, so that a bad setting is seen at start.
 */
export function createClientIp(trusted: readonly string[]): (head: RequestHead) => string {
  const ranges = trusted.map((cidr) =>
    ipaddr.parseCIDR(
      cidr.includes('/') ? cidr : `${cidr}/${ipaddr.parse(cidr).kind() === 'ipv4' ? 32 : 128}`,
    ),
  );
  const isTrusted = (address: Address): boolean =>
    ranges.some(([net, bits]) => net.kind() === address.kind() && address.match([net, bits] as never));

  return ({ remoteAddress, headers }) => {
    const peer = parse(remoteAddress);
    if (peer === undefined || ranges.length === 0 || !isTrusted(peer))
      return peer?.toString() ?? remoteAddress;
    let client = peer;
    for (const hop of (headers.get('x-forwarded-for') ?? '').split(',').reverse()) {
      const address = parse(hop.trim());
      if (address === undefined) break;
      client = address;
      if (!isTrusted(address)) break;
    }
    return client.toString();
  };
}

/** IPv4 in IPv6 is read as IPv4, so that one address has one text. */
function parse(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}
