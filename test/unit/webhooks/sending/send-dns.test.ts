import { describe, expect, it, vi } from "vitest";
import { createSender, type SenderOptions } from "#shared/webhooks/sending/send.ts";
import {
  addressRefusedCode,
  createDnsResolver,
  createSsrfSafeLookup,
  type ResolveHost,
} from "#shared/webhooks/sending/ssrf-safe-lookup.ts";
import { type DnsResponse, startNameServer } from "#test/support/webhooks/name-server.ts";
import { startReceiver, status } from "#test/support/webhooks/receiver.ts";

const local = { ownHosts: [], allowLoopback: true };
const deployed = { ownHosts: [], allowLoopback: false };
const limits = { connectMs: 300, totalMs: 1_000 };

const hooks = "https://hooks.example.org/in";
const sendTo = (url: string, options: SenderOptions) => createSender({ limits, ...options })(url, {}, "{}");

describe("createSender when the host cannot be resolved", () => {
  it.each<[DnsResponse, string]>([
    ["NXDOMAIN", "ENOTFOUND"],
    ["SERVFAIL", "ESERVFAIL"],
    ["REFUSED", "EREFUSED"],
    ["no error", "ENODATA"],
    ["silence", "ETIMEOUT"],
  ])("returns the error `dns` for the DNS response %s", async (response, code) => {
    const resolve = createDnsResolver(await startNameServer(response, { timeout: 50, tries: 1 }));
    const exchange = await sendTo(hooks, { ...deployed, resolve });
    const message = `The host could not be resolved (${code}).`;
    expect(exchange).toMatchObject({ status: null, error: "dns", message });
  });

  it("returns the error `dns` within the connection time-out when the name server does not respond", async () => {
    const resolve = createDnsResolver(await startNameServer("silence", { timeout: 2_000, tries: 1 }));
    const exchange = await sendTo(hooks, { ...deployed, resolve });
    expect(exchange).toMatchObject({ error: "dns", message: "The host could not be resolved (ETIMEOUT)." });
    expect(exchange.duration_ms).toBeLessThan(1_500);
  });

  it("returns the error `dns` when the host has no address", async () => {
    expect(await sendTo(hooks, { ...deployed, resolve: async () => [] })).toMatchObject({ status: null, error: "dns" });
  });

  it("createDnsResolver resolves localhost without a query", async () => {
    expect(await createDnsResolver()("localhost")).toEqual(["127.0.0.1", "::1"]);
  });
});

describe("createSender refuses a host that resolves", () => {
  const refused = {
    status: null,
    error: "address_refused",
    message: "The host resolves to an address that is not public.",
  };

  it.each([
    ["to loopback", ["127.0.0.1"]],
    ["to metadata", ["169.254.169.254"]],
    ["to a private address among public ones", ["93.184.216.34", "10.0.0.1", "8.8.8.8"]],
    ["to a public IPv4 and a private IPv6 address", ["93.184.216.34", "fd00:ec2::254"]],
    ["to a private IPv4 and a public IPv6 address", ["192.168.1.1", "2606:4700:4700::1111"]],
    ["to an IPv4-mapped private address", ["::ffff:10.0.0.1"]],
    ["to one private address in a hundred", [...Array.from({ length: 99 }, (_, at) => `8.8.8.${at}`), "10.0.0.1"]],
    ["to a text that is not an address", ["93.184.216.34", "hooks.example.net"]],
  ])("%s", async (_name, addresses) => {
    expect(await sendTo(hooks, { ...deployed, resolve: async () => addresses })).toMatchObject(refused);
  });

  it("to a private address in the local runtime", async () => {
    const resolve = async () => ["127.0.0.1", "10.0.0.1"];
    expect(await sendTo(hooks, { ...local, resolve })).toMatchObject(refused);
  });

  it("to loopback, and sends nothing to the listener there", async () => {
    const listener = await startReceiver();
    const { port } = new URL(listener.url);
    const resolve = async () => ["127.0.0.1"];
    expect(await sendTo(`https://hooks.example.org:${port}/`, { ...deployed, resolve })).toMatchObject(refused);
    expect(listener.requests).toEqual([]);
  });
});

describe("createSender and createSsrfSafeLookup when a host resolves to other addresses the second time", () => {
  /** Creates a resolver that returns each of these responses once. */
  const resolvingTo = (...responses: (readonly string[])[]) => vi.fn<ResolveHost>(async () => responses.shift() ?? []);

  it("resolve the host once per connection, so that the checked address is the connected one", async () => {
    const receiver = await startReceiver({ behaviour: status(200, { connection: "close" }) });
    const resolve = resolvingTo(["127.0.0.1"], ["10.0.0.1"]);
    const send = createSender({ ...local, limits, resolve });
    const url = receiver.url.replace("127.0.0.1", "localhost");
    expect([await send(url, {}, "1"), await send(url, {}, "2")]).toMatchObject([
      { status: 200 },
      { status: null, error: "address_refused" },
    ]);
    expect(resolve.mock.calls).toEqual([["localhost"], ["localhost"]]);
  });

  it("check the addresses of each resolution", async () => {
    const lookup = createSsrfSafeLookup(resolvingTo(["93.184.216.34"], ["10.0.0.1"]), deployed);
    const ask = () =>
      new Promise((done) => {
        lookup("hooks.example.org", { all: true }, (error, addresses) => done(error?.code ?? addresses));
      });
    expect([await ask(), await ask()]).toEqual([[{ address: "93.184.216.34", family: 4 }], addressRefusedCode]);
  });
});

describe("createSsrfSafeLookup", () => {
  const lookup = createSsrfSafeLookup(async () => ["8.8.8.8", "2606:4700:4700::1111"], deployed);
  const ask = (options: Parameters<typeof lookup>[1]) =>
    new Promise((done) => {
      lookup("hooks.example.org", options, (error, ...found) => done(error?.code ?? found));
    });

  it.each([
    [
      { all: true },
      [
        [
          { address: "8.8.8.8", family: 4 },
          { address: "2606:4700:4700::1111", family: 6 },
        ],
      ],
    ],
    [{ all: true, family: 6 }, [[{ address: "2606:4700:4700::1111", family: 6 }]]],
    [{}, ["8.8.8.8", 4]],
    [{ family: 0 }, ["8.8.8.8", 4]],
    [{ family: 6 }, ["2606:4700:4700::1111", 6]],
  ])("returns the checked addresses of the requested family for %j", async (options, expected) => {
    expect(await ask(options)).toEqual(expected);
  });

  it("returns ENODATA when the host has no address of the requested family", async () => {
    const ipv4Only = createSsrfSafeLookup(async () => ["8.8.8.8"], deployed);
    const code = await new Promise((done) => {
      ipv4Only("hooks.example.org", { family: 6 }, (error) => done(error?.code));
    });
    expect(code).toBe("ENODATA");
  });
});

describe("createSender to a host with many addresses", () => {
  it("connects to the first address that accepts", async () => {
    const receiver = await startReceiver();
    const silent = Array.from({ length: 99 }, (_, at) => `127.0.1.${at + 1}`);
    const resolve = async () => [...silent, "127.0.0.1"];
    const url = receiver.url.replace("127.0.0.1", "localhost");
    expect(await sendTo(url, { ...local, resolve })).toMatchObject({ status: 204, error: null });
  });

  it("falls back from IPv6 to IPv4 and from IPv4 to IPv6", async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      const receiver = await startReceiver({ host });
      const { port } = new URL(receiver.url);
      for (const addresses of [
        ["127.0.0.1", "::1"],
        ["::1", "127.0.0.1"],
      ]) {
        const exchange = await sendTo(`http://localhost:${port}/`, { ...local, resolve: async () => addresses });
        expect(exchange).toMatchObject({ status: 204, error: null });
      }
    }
  });
});
