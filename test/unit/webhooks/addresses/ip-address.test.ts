import { isIP, isIPv6, SocketAddress } from "node:net";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { RequestFilteringHttpAgent } from "request-filtering-agent";
import { describe, expect, it } from "vitest";
import { blockedAddresses } from "#shared/webhooks/addresses/blocked.ts";
import { isLoopbackAddress, isPublicAddress } from "#shared/webhooks/addresses/ip-address.ts";

const anIPv4 = fc.ipV4();

const anIPv6 = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constant(0)), { minLength: 8, maxLength: 8 })
  .map((parts) => parts.map((part) => part.toString(16)).join(":"));

/** Creates addresses of a network, often its first and last. */
function within(cidr: string): fc.Arbitrary<string> {
  const [network, bits] = ipaddr.parseCIDR(cidr);
  const bytes = network.toByteArray();
  const anyByte = fc.oneof(fc.constantFrom(0, 255), fc.integer({ min: 0, max: 255 }));
  return fc.array(anyByte, { minLength: bytes.length, maxLength: bytes.length }).map((random) =>
    ipaddr
      .fromByteArray(
        bytes.map((byte, at) => {
          const fixed = (0xff00 >> Math.min(8, Math.max(0, bits - 8 * at))) & 0xff;
          return (byte & fixed) | ((random[at] ?? 0) & ~fixed & 0xff);
        }),
      )
      .toString(),
  );
}

/** Returns a membership test by ipaddr.js, which shares no code with `isPublicAddress`. */
function isInAny(cidrs: readonly string[]): (address: string) => boolean {
  const blocks = cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  return (text) => {
    const address = ipaddr.parse(text);
    return blocks.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits));
  };
}

const isBlockedIPv4 = isInAny(blockedAddresses.map(({ cidr }) => cidr).filter((cidr) => !cidr.includes(":")));

describe("isPublicAddress of a public address", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2001:200::1",
    "2a00:1450:4001:81b::200e",
    "2606:4700:4700:0:0:0:0:1111",
    "2606:4700:4700::0.0.17.17",
    "::ffff:8.8.8.8",
    "::ffff:808:808",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
    "2001:4860::5efe:808:808",
  ])("returns true for %s", (address) => expect(isPublicAddress(address)).toBe(true));
});

describe("isPublicAddress of an address that is not public", () => {
  it.each([
    ["this network", "0.0.0.0", "0.1.2.3", "::"],
    ["loopback", "127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1"],
    ["private", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    ["shared, with a cloud's metadata", "100.64.0.1", "100.100.100.200", "100.127.255.255"],
    ["link local, with metadata and container credentials", "169.254.169.254", "169.254.170.2", "fe80::1", "febf::1"],
    ["reserved", "192.0.0.1", "192.0.0.192", "192.88.99.1", "198.18.0.1", "198.19.255.255", "240.0.0.1"],
    ["documentation", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1", "3fff:fff::1"],
    ["services of the DNS and of relays", "192.31.196.1", "192.52.193.1", "192.175.48.1", "2620:4f:8000::1"],
    ["multicast and broadcast", "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1", "ff0e::1"],
    ["unique local, with metadata", "fc00::1", "fd00:ec2::254", "fdff::1"],
    ["site local", "fec0::1", "feff::1"],
    ["outside of 2000::/3", "1::1", "100::1", "200::1", "1fff::1", "4000::1", "5f00::1", "e000::1", "fe00::1"],
    ["in ::/8", "0:0:0:1::1", "::7f00:1", "::a9fe:a9fe", "::8.8.8.8", "::5efe:7f00:1", "::ffff:0:8.8.8.8", "64::1"],
    ["IPv4-mapped", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::ffff:10.0.0.1"],
    ["NAT64", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8"],
    ["6to4", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:a00:1::1"],
    ["Teredo", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["ORCHID, benchmarking, AS112", "2001:10::1", "2001:20::1", "2001:30::1", "2001:2::1", "2001:4:112::1"],
    ["ISATAP", "2001:4860::5efe:7f00:1", "2001:4860::200:5efe:a9fe:a9fe", "fe80::5efe:808:808"],
  ])("returns false for %s", (_name, ...addresses) => {
    for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  it.each([
    ["octal", "010.8.8.8", "0127.0.0.1", "0177.0.0.1", "::ffff:010.8.8.8", "64:ff9b::010.8.8.8"],
    ["hexadecimal", "0x7f.0.0.1", "0x7f000001", "0x08080808"],
    ["decimal", "2130706433", "134744072"],
    ["short", "127.1", "127.0.1", "8.8"],
    ["a zone", "fe80::1%eth0", "2606:4700::1111%lo", "::1%25lo", "8.8.8.8%1"],
    [
      "not an address",
      "",
      " ",
      "localhost",
      "8.8.8.8 ",
      "8.8.8.256",
      "1.2.3.4.5",
      "::g",
      "1:2:3",
      "[2606:4700::1111]",
      "8.8.8.8/32",
    ],
    ["other digits", "①②⑦.⓪.⓪.①", "８.８.８.８", "8。8。8。8"],
  ])("returns false for an unusual spelling: %s", (_name, ...addresses) => {
    for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });
});

/** Networks in ::/8 whose addresses embed an IPv4 address. */
const embedsIPv4 = isInAny(["::ffff:0:0/96", "64:ff9b::/96"]);

describe("isPublicAddress (properties)", () => {
  it("returns false for every address of each blocked network", () => {
    for (const { cidr } of blockedAddresses) {
      const inside = within(cidr).filter((address) => !(isIPv6(address) && embedsIPv4(address)));
      fc.assert(
        fc.property(inside, (address) => !isPublicAddress(address)),
        { numRuns: 50 },
      );
    }
  });

  it("returns true for every IPv4 address outside all blocked networks", () => {
    fc.assert(fc.property(anIPv4, (address) => isPublicAddress(address) === !isBlockedIPv4(address)));
  });

  it("returns the same for an IPv4 address and each IPv6 address that embeds it", () => {
    fc.assert(
      fc.property(
        fc.oneof(anIPv4, ...blockedAddresses.filter(({ cidr }) => !cidr.includes(":")).map(({ cidr }) => within(cidr))),
        (address) => {
          const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
          const words = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
          const forms = [
            `::ffff:${address}`,
            `::ffff:${words}`,
            `64:ff9b::${address}`,
            `2002:${words}::1`,
            `2001:4860::5efe:${words}`,
            `2606:4700:1:2:200:5efe:${words}`,
          ];
          expect(forms.map(isPublicAddress)).toEqual(forms.map(() => isPublicAddress(address)));
        },
      ),
    );
  });

  it("returns the same for every spelling of an IPv6 address", () => {
    fc.assert(
      fc.property(anIPv6, (address) => {
        const canonical = new SocketAddress({ address, family: "ipv6" }).address;
        const spellings = [address.toUpperCase(), canonical, new URL(`http://[${address}]`).hostname.slice(1, -1)];
        expect(spellings.map(isPublicAddress)).toEqual(spellings.map(() => isPublicAddress(address)));
      }),
    );
  });

  it("returns false for every text that Node does not accept as an address", () => {
    const spelling = fc.stringMatching(/^[0-9a-fx:.%]{1,24}$/);
    fc.assert(fc.property(spelling, (text) => isIP(text) !== 0 || !isPublicAddress(text)));
  });
});

describe("isPublicAddress compared with request-filtering-agent", () => {
  /** Networks that are not public, and that the library allows. */
  const stricter = [
    ...["::/8", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/3", "6000::/3", "8000::/3", "a000::/3"],
    ...["c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/9"],
  ];
  /** Networks whose embedded public IPv4 addresses the library refuses. */
  const laxer = ["::ffff:0:0/96", "64:ff9b::/96", "2002::/16"];
  const isStricter = isInAny(stricter);
  const isLaxer = isInAny(laxer);
  const isIsatap = (address: string) => /:[0-3]?00?:5efe:[0-9a-f]+:[0-9a-f]+$|:0:5efe:/.test(address);

  const agent = new RequestFilteringHttpAgent();

  /** Returns whether the library allows an address. The socket is destroyed synchronously, before it connects. */
  function isAllowedByAgent(address: string): boolean {
    let refusal: Error | null = null;
    const socket = agent.createConnection({ host: address, port: 443 }, (error) => {
      refusal = error;
    });
    socket.on("error", () => undefined);
    socket.destroy();
    return refusal === null;
  }

  const edges = [...blockedAddresses.map(({ cidr }) => within(cidr)), ...laxer.map(within), within("2001::/16")];

  it("returns the same except for the known differences", () => {
    fc.assert(
      fc.property(fc.oneof(anIPv4, anIPv6, ...edges), (address) => {
        const ours = isPublicAddress(address);
        const theirs = isAllowedByAgent(address);
        if (ours && !theirs) expect([address, isIPv6(address) && isLaxer(address)]).toEqual([address, true]);
        if (theirs && !ours) {
          expect([address, isIPv6(address) && (isStricter(address) || isIsatap(address))]).toEqual([address, true]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["1::1", "0:0:0:1::1", "::7f00:1", "::a9fe:a9fe", "::5efe:7f00:1", "2001:4860::5efe:7f00:1", "4000::1"])(
    "refuses %s, which the library allows",
    (address) => expect([isPublicAddress(address), isAllowedByAgent(address)]).toEqual([false, true]),
  );

  it.each(["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"])(
    "allows %s, which the library refuses",
    (address) => expect([isPublicAddress(address), isAllowedByAgent(address)]).toEqual([true, false]),
  );
});

describe("isLoopbackAddress", () => {
  it.each(["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1"])("returns true for %s", (address) =>
    expect(isLoopbackAddress(address)).toBe(true),
  );

  it.each(["128.0.0.1", "::", "::2", "0.0.0.0", "localhost", "::ffff:127.0.0.1", "::1%lo", "127.1"])(
    "returns false for %s",
    (address) => expect(isLoopbackAddress(address)).toBe(false),
  );
});

describe("blockedAddresses", () => {
  it.each(blockedAddresses)("lists $cidr as a network with a name and a source", ({ cidr, name, source }) => {
    expect(ipaddr.isValidCIDR(cidr)).toBe(true);
    const kind = cidr.includes(":") ? ipaddr.IPv6 : ipaddr.IPv4;
    expect(kind.networkAddressFromCIDR(cidr).toString()).toBe(ipaddr.parseCIDR(cidr)[0].toString());
    expect([name, source]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/RFC \d+/)]);
  });

  it("leaves no IPv6 address outside 2000::/3 public", () => {
    fc.assert(
      fc.property(
        anIPv6.filter((address) => !embedsIPv4(address)),
        (address) => {
          const first = Number.parseInt(address, 16);
          return !isPublicAddress(address) || (first >= 0x2000 && first <= 0x3fff);
        },
      ),
    );
  });
});
