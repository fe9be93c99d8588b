import { isIP } from 'node:net';
import { AidetError } from '../domain/errors.js';
import { type AllowList, isMetadataAddress, isMetadataName, whyForbidden } from './address-rules.js';

const URL_LENGTH_MAX = 2048;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** A host or address that no rule opens. Deliberately without the reason: that would map the inside of a network. */
export class AddressRefused extends Error {}

export interface AddressRules {
  allow: AllowList;
  /** Ports that may be reached, as text. */
  ports: ReadonlySet<string>;
  /** Whether an address belongs to the machine that this server runs on. */
  isOwnAddress(address: string): boolean;
}

/**
 * The URL that a client gave. The standard's parser writes every literal form of IPv4 (decimal, octal, hex, short)
 * as four decimal numbers, so the rules below see one form only.
 * @throws AidetError `invalid_request` where it can not be one.
 */
export function parseImageUrl(text: string): URL {
  if (text.length > URL_LENGTH_MAX)
    throw invalid(`it has ${text.length} characters, the limit is ${URL_LENGTH_MAX}`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw invalid('it can not be parsed');
  if (DEFAULT_PORTS[url.protocol] === undefined) throw invalid('its scheme is not http or https');
  if (url.username !== '' || url.password !== '') throw invalid('it holds credentials');
  return url;
}

function invalid(reason: string): AidetError {
  return new AidetError('invalid_request', `image_url is not usable: ${reason}`, { param: 'image_url' });
}

/** Lower case, without brackets and final dot: the form that names and addresses are compared in. */
export function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** @throws AddressRefused for a port, a name or a literal address that is not open. */
export function checkHost(url: URL, rules: AddressRules): void {
  if (!rules.ports.has(url.port || (DEFAULT_PORTS[url.protocol] ?? ''))) throw new AddressRefused('port');
  const host = hostOf(url);
  if (isMetadataName(host)) throw new AddressRefused('metadata name');
  if (isIP(host) !== 0) checkAddress(host, host, rules);
}

/**
 * @param address What `host` resolved to, or `host` itself where it is a literal.
 * @throws AddressRefused
 */
export function checkAddress(address: string, host: string, rules: AddressRules): void {
  if (isMetadataAddress(address)) throw new AddressRefused('metadata address');
  if (rules.isOwnAddress(address)) throw new AddressRefused('own address');
  if (rules.allow.hasHost(host) || rules.allow.hasAddress(address)) return;
  const reason = whyForbidden(address);
  if (reason !== null) throw new AddressRefused(reason);
}
