import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import { blockedAddresses } from "./blocked-addresses.ts";

/**
 * Whether an address is public unicast. IPv6 forms that embed an IPv4 address are judged by that. Not public is also
 * what is no address, has a zone, or is spelt as only some parsers read it (octal, hexadecimal, short).
 */
export function isPublicAddress(text: string): boolean {
  const address = parse(text);
  if (address === null) return false;
  return address instanceof ipaddr.IPv4 ? isPublicIPv4(address) : isPublicIPv6(address);
}

export function isLoopbackAddress(text: string): boolean {
  return isIPv4(text) ? text.startsWith("127.") : parse(text)?.toString() === "::1";
}

/** Node connects to what `isIP` takes for an address, and resolves everything else as a name. */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (text.includes("%")) return null;
  if (isIPv4(text)) return ipaddr.IPv4.parse(text);
  // Without a dotted end, as WHATWG URL writes it: ipaddr.js takes `::8.8.8.8` for `::ffff:8.8.8.8`, and Node does not.
  const words = isIPv6(text) ? URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) : undefined;
  return words === undefined ? null : ipaddr.IPv6.parse(words);
}

const blocks = blockedAddresses.map(({ cidr }) => cidr);

// Told apart by their look: trying to parse each in either way takes longer than all else here, at every cold start.
const blockedIPv4 = blocks.filter((cidr) => !cidr.includes(":")).map((cidr) => ipaddr.IPv4.parseCIDR(cidr));

const blockedIPv6 = blocks.filter((cidr) => cidr.includes(":")).map((cidr) => ipaddr.IPv6.parseCIDR(cidr));

function isPublicIPv4(address: ipaddr.IPv4): boolean {
  return !blockedIPv4.some((block) => address.match(block));
}

/** Prefixes of addresses that only stand for an IPv4 address, and how many bytes precede it. */
const translated = [
  // IPv4-mapped: RFC 4291, section 2.5.5.2.
  { prefix: ipaddr.IPv6.parseCIDR("::ffff:0:0/96"), offset: 12 },
  // NAT64: RFC 6052, section 2.1.
  { prefix: ipaddr.IPv6.parseCIDR("64:ff9b::/96"), offset: 12 },
  // 6to4: RFC 3056, section 2.
  { prefix: ipaddr.IPv6.parseCIDR("2002::/16"), offset: 2 },
];

function isPublicIPv6(address: ipaddr.IPv6): boolean {
  const form = translated.find(({ prefix }) => address.match(prefix));
  if (form !== undefined) return isPublicIPv4(embedded(address, form.offset));
  if (blockedIPv6.some((block) => address.match(block))) return false;
  return !isIsatap(address) || isPublicIPv4(embedded(address, 12));
}

/** RFC 5214, section 6.1: the interface identifier is 0000:5EFE, with two bits that may be set, and an IPv4 address. */
function isIsatap({ parts: [, , , , high = 0, low = 0] }: ipaddr.IPv6): boolean {
  return (high & ~0x0300) === 0 && low === 0x5efe;
}

function embedded(address: ipaddr.IPv6, offset: number): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(offset, offset + 4));
}
