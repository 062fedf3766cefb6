/** A block of addresses to which nothing is sent. */
export type AddressBlock = { readonly cidr: string; readonly name: string; readonly source: string };

/**
 * All addresses that are not public unicast. Sources: IANA's registries "IPv4 Special-Purpose Address Space", "IPv6
 * Special-Purpose Address Space" and "IPv6 Address Space", of which everything except 2000::/3 is blocked.
 */
export const blockedAddresses: readonly AddressBlock[] = [
  { cidr: "0.0.0.0/8", name: "This network", source: "RFC 791, section 3.2" },
  { cidr: "10.0.0.0/8", name: "Private use", source: "RFC 1918" },
  { cidr: "100.64.0.0/10", name: "Shared address space", source: "RFC 6598" },
  { cidr: "127.0.0.0/8", name: "Loopback", source: "RFC 1122, section 3.2.1.3" },
  { cidr: "169.254.0.0/16", name: "Link local", source: "RFC 3927" },
  { cidr: "172.16.0.0/12", name: "Private use", source: "RFC 1918" },
  { cidr: "192.0.0.0/24", name: "IETF protocol assignments", source: "RFC 6890, section 2.1" },
  { cidr: "192.0.2.0/24", name: "Documentation", source: "RFC 5737" },
  { cidr: "192.31.196.0/24", name: "AS112-v4", source: "RFC 7535" },
  { cidr: "192.52.193.0/24", name: "AMT", source: "RFC 7450" },
  { cidr: "192.88.99.0/24", name: "6to4 relay anycast, deprecated", source: "RFC 7526" },
  { cidr: "192.168.0.0/16", name: "Private use", source: "RFC 1918" },
  { cidr: "192.175.48.0/24", name: "Direct delegation AS112 service", source: "RFC 7534" },
  { cidr: "198.18.0.0/15", name: "Benchmarking", source: "RFC 2544" },
  { cidr: "198.51.100.0/24", name: "Documentation", source: "RFC 5737" },
  { cidr: "203.0.113.0/24", name: "Documentation", source: "RFC 5737" },
  { cidr: "224.0.0.0/4", name: "Multicast", source: "RFC 5771" },
  { cidr: "240.0.0.0/4", name: "Reserved, and limited broadcast", source: "RFC 1112, section 4; RFC 919" },

  { cidr: "::/8", name: "Reserved: unspecified, loopback, forms of IPv4", source: "RFC 4291, section 2.5" },
  { cidr: "100::/8", name: "Reserved, discard only", source: "RFC 4291, section 4; RFC 6666" },
  { cidr: "200::/7", name: "Reserved", source: "RFC 4048" },
  { cidr: "400::/6", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "800::/5", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "1000::/4", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "2001::/23", name: "IETF protocol assignments: Teredo, ORCHID and others", source: "RFC 2928" },
  { cidr: "2001:db8::/32", name: "Documentation", source: "RFC 3849" },
  { cidr: "2620:4f:8000::/48", name: "Direct delegation AS112 service", source: "RFC 7534" },
  { cidr: "3fff::/20", name: "Documentation", source: "RFC 9637" },
  { cidr: "4000::/3", name: "Reserved, segment routing", source: "RFC 4291, section 4; RFC 9602" },
  { cidr: "6000::/3", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "8000::/3", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "a000::/3", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "c000::/3", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "e000::/4", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "f000::/5", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "f800::/6", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "fc00::/7", name: "Unique local", source: "RFC 4193" },
  { cidr: "fe00::/9", name: "Reserved", source: "RFC 4291, section 4" },
  { cidr: "fe80::/10", name: "Link local", source: "RFC 4291, section 2.5.6" },
  { cidr: "fec0::/10", name: "Site local, deprecated", source: "RFC 3879" },
  { cidr: "ff00::/8", name: "Multicast", source: "RFC 4291, section 2.7" },
];

/** Ports of other protocols: WHATWG Fetch, "Port blocking". */
export const blockedPorts: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);
