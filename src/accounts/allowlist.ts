/** Addresses that may use a key. An IPv4 address and its IPv6-mapped form are the same one. */
import ipaddr from 'ipaddr.js';

export class Allowlist {
  private readonly blocks: [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** @param entries CIDRs or single addresses; empty: everybody. Throws Error for an entry that is neither. */
  constructor(entries: readonly string[]) {
    this.blocks = entries.map(blockOf);
  }

  allows(clientIp: string): boolean {
    if (this.blocks.length === 0) return true;
    if (!ipaddr.isValid(clientIp)) return false;
    const address = ipaddr.process(clientIp);
    return this.blocks.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
  }
}

function blockOf(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  // Short and octal forms of IPv4 mean different things to different readers.
  const strict = entry.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(entry.replace(/\/\d+$/, ''));
  if (strict && ipaddr.isValidCIDR(entry)) {
    const [network, bits] = ipaddr.parseCIDR(entry);
    if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96)
      return [network.toIPv4Address(), bits - 96];
    return [network, bits];
  }
  if (strict && ipaddr.isValid(entry)) {
    const address = ipaddr.process(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  throw new Error(`'${entry.slice(0, 64)}' is no CIDR or IP address`);
}
