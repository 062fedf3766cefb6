import { BlockList, isIPv4, isIPv6 } from "node:net";
import { blockedAddresses } from "./blocked-addresses.ts";

/**
 * Whether an address is public unicast. IPv6 forms that embed an IPv4 address are judged by that. Not public is also
 * what is no address, has a zone, or is spelt as only some parsers read it (octal, hexadecimal, short).
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

/** Whether Node connects to it as an address; it resolves everything else as a name. */
export function isAddress(text: string): boolean {
  return mayBeIPv6(text) ? isIPv6(text) : isIPv4(text);
}

/** Neither a name nor an IPv4 address has a colon, so only what has one needs Node's slower look. */
function mayBeIPv6(text: string): boolean {
  return text.includes(":");
}

/** The eight words of an IPv6 address; `null` of anything else, and of one with a zone. */
function wordsOf(text: string): readonly number[] | null {
  if (text.includes("%") || !isIPv6(text)) return null;
  // As WHATWG URL writes it: without a dotted end, and with at most one gap of zeros.
  const url = URL.parse(`http://[${text}]`);
  if (url === null) return null;
  const [head = "", tail = ""] = url.hostname.slice(1, -1).split("::");
  const [before, after] = [readWords(head), readWords(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function readWords(text: string): number[] {
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
  const at = translatedAt(words);
  if (at !== null) return isPublicIPv4(embedded(words, at));
  if (blocked.ipv6.check(address, "ipv6")) return false;
  return !isIsatap(words) || isPublicIPv4(embedded(words, 6));
}

/** Prefixes of addresses that only stand for an IPv4 address, which begins with the word that comes after. */
const translated: readonly (readonly number[])[] = [
  // IPv4-mapped: RFC 4291, section 2.5.5.2.
  [0, 0, 0, 0, 0, 0xffff],
  // NAT64: RFC 6052, section 2.1.
  [0x64, 0xff9b, 0, 0, 0, 0],
  // 6to4: RFC 3056, section 2.
  [0x2002],
];

function translatedAt(words: readonly number[]): number | null {
  return translated.find((prefix) => prefix.every((word, at) => words[at] === word))?.length ?? null;
}

/** RFC 5214, section 6.1: the interface identifier is 0000:5EFE, with two bits that may be set, and an IPv4 address. */
function isIsatap([, , , , high = 0, low = 0]: readonly number[]): boolean {
  return (high & ~0x0300) === 0 && low === 0x5efe;
}

/** The IPv4 address in the word at a place and the one after it. */
function embedded(words: readonly number[], at: number): string {
  return words
    .slice(at, at + 2)
    .flatMap((word) => [word >> 8, word & 0xff])
    .join(".");
}
