import { BlockList, isIPv4, isIPv6 } from "node:net";
import { blockedAddresses } from "./blocked.ts";

/**
 * Whether an address is public unicast. An IPv6 address that embeds an IPv4 address is classified by that one. Also
 * rejected: invalid addresses, zone IDs, and spellings that parsers disagree on (octal, hexadecimal, short).
 */
export function isPublicAddress(text: string): boolean {
  if (!mayBeIPv6(text)) return isIPv4(text) && isPublicIPv4(text);
  const words = wordsOf(text);
  return words !== null && isPublicIPv6(text, words);
}

export function isLoopbackAddress(text: string): boolean {
  if (!mayBeIPv6(text)) return isIPv4(text) && text.startsWith("127.");
  return wordsOf(text)?.join(":") === "0:0:0:0:0:0:0:1";
}

/** Whether Node connects to the host as an IP address. It resolves every other host as a name. */
export function isAddress(text: string): boolean {
  return mayBeIPv6(text) ? isIPv6(text) : isIPv4(text);
}

/** Names and IPv4 addresses have no colon, so only hosts with one need Node's slower check. */
function mayBeIPv6(text: string): boolean {
  return text.includes(":");
}

/** Returns the eight words of an IPv6 address; `null` for any other text, and for a zone ID. */
function wordsOf(text: string): readonly number[] | null {
  if (text.includes("%") || !isIPv6(text)) return null;
  // WHATWG URL normalises it: no dotted end, and at most one gap of zeros.
  const url = URL.parse(`http://[${text}]`);
  if (url === null) return null;
  const [head = "", tail = ""] = url.hostname.slice(1, -1).split("::");
  const before = parseWords(head);
  const after = parseWords(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function parseWords(text: string): number[] {
  return text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16));
}

const blocked = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const { cidr } of blockedAddresses) {
  const [network = "", bits] = cidr.split("/");
  const family = mayBeIPv6(network) ? "ipv6" : "ipv4";
  blocked[family].addSubnet(network, Number(bits), family);
}

function isPublicIPv4(address: string): boolean {
  return !blocked.ipv4.check(address, "ipv4");
}

function isPublicIPv6(address: string, words: readonly number[]): boolean {
  const index = embeddedIndex(words);
  if (index !== null) return isPublicIPv4(embeddedIPv4(words, index));
  if (blocked.ipv6.check(address, "ipv6")) return false;
  return !isIsatap(words) || isPublicIPv4(embeddedIPv4(words, 6));
}

/** Prefixes of addresses that embed an IPv4 address, directly after the prefix. */
const embeddingPrefixes: readonly (readonly number[])[] = [
  // IPv4-mapped: RFC 4291, section 2.5.5.2.
  [0, 0, 0, 0, 0, 0xffff],
  // NAT64: RFC 6052, section 2.1.
  [0x64, 0xff9b, 0, 0, 0, 0],
  // 6to4: RFC 3056, section 2.
  [0x2002],
];

function embeddedIndex(words: readonly number[]): number | null {
  return embeddingPrefixes.find((prefix) => prefix.every((word, index) => words[index] === word))?.length ?? null;
}

/** RFC 5214, section 6.1: the interface identifier is 0000:5EFE, with two bits that may be set, and an IPv4 address. */
function isIsatap([, , , , high = 0, low = 0]: readonly number[]): boolean {
  return (high & ~0x0300) === 0 && low === 0x5efe;
}

/** Returns the IPv4 address in the two words from an index. */
function embeddedIPv4(words: readonly number[], index: number): string {
  return words
    .slice(index, index + 2)
    .flatMap((word) => [word >> 8, word & 0xff])
    .join(".");
}
