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

describe("a host that the DNS", () => {
  it.each<[DnsResponse, string]>([
    ["NXDOMAIN", "ENOTFOUND"],
    ["SERVFAIL", "ESERVFAIL"],
    ["REFUSED", "EREFUSED"],
    ["no error", "ENODATA"],
    ["silence", "ETIMEOUT"],
  ])("answers with %s is not found", async (verdict, code) => {
    const resolve = createDnsResolver(await startNameServer(verdict, { timeout: 50, tries: 1 }));
    const exchange = await sendTo(hooks, { ...deployed, resolve });
    const message = `The host could not be resolved (${code}).`;
    expect(exchange).toMatchObject({ status: null, error: "dns", message });
  });

  it("is slow about is given up with the connection", async () => {
    const resolve = createDnsResolver(await startNameServer("silence", { timeout: 2_000, tries: 1 }));
    const exchange = await sendTo(hooks, { ...deployed, resolve });
    expect(exchange).toMatchObject({ error: "dns", message: "The host could not be resolved (ETIMEOUT)." });
    expect(exchange.duration_ms).toBeLessThan(1_500);
  });

  it("has no address for is not found", async () => {
    expect(await sendTo(hooks, { ...deployed, resolve: async () => [] })).toMatchObject({ status: null, error: "dns" });
  });

  it("is never asked about: localhost", async () => {
    expect(await createDnsResolver()("localhost")).toEqual(["127.0.0.1", "::1"]);
  });
});

describe("a host is refused when it resolves", () => {
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
    ["to a private address in the clothes of IPv6", ["::ffff:10.0.0.1"]],
    ["to one private address in a hundred", [...Array.from({ length: 99 }, (_, at) => `8.8.8.${at}`), "10.0.0.1"]],
    ["to what is no address", ["93.184.216.34", "hooks.example.net"]],
  ])("%s", async (_name, addresses) => {
    expect(await sendTo(hooks, { ...deployed, resolve: async () => addresses })).toMatchObject(refused);
  });

  it("in the local runtime to a private address", async () => {
    const resolve = async () => ["127.0.0.1", "10.0.0.1"];
    expect(await sendTo(hooks, { ...local, resolve })).toMatchObject(refused);
  });

  it("and whatever listens there hears nothing of it", async () => {
    const listener = await startReceiver();
    const { port } = new URL(listener.url);
    const resolve = async () => ["127.0.0.1"];
    expect(await sendTo(`https://hooks.example.org:${port}/`, { ...deployed, resolve })).toMatchObject(refused);
    expect(listener.requests).toEqual([]);
  });
});

describe("a host that is bound anew between two questions", () => {
  /** Gives each answer once. */
  const inTurn = (...answers: (readonly string[])[]) => vi.fn<ResolveHost>(async () => answers.shift() ?? []);

  it("is asked about once a connection, so that what was checked is what is dialled", async () => {
    const receiver = await startReceiver({ behaviour: status(200, { connection: "close" }) });
    const resolve = inTurn(["127.0.0.1"], ["10.0.0.1"]);
    const send = createSender({ ...local, limits, resolve });
    const url = receiver.url.replace("127.0.0.1", "localhost");
    expect([await send(url, {}, "1"), await send(url, {}, "2")]).toMatchObject([
      { status: 200 },
      { status: null, error: "address_refused" },
    ]);
    expect(resolve.mock.calls).toEqual([["localhost"], ["localhost"]]);
  });

  it("is judged by each answer", async () => {
    const lookup = createSsrfSafeLookup(inTurn(["93.184.216.34"], ["10.0.0.1"]), deployed);
    const ask = () =>
      new Promise((done) => {
        lookup("hooks.example.org", { all: true }, (error, addresses) => done(error?.code ?? addresses));
      });
    expect([await ask(), await ask()]).toEqual([[{ address: "93.184.216.34", family: 4 }], addressRefusedCode]);
  });
});

describe("what a connection is told", () => {
  const lookup = createSsrfSafeLookup(async () => ["8.8.8.8", "2606:4700:4700::1111"], deployed);
  const ask = (options: Parameters<typeof lookup>[1]) =>
    new Promise((done) => {
      lookup("hooks.example.org", options, (error, ...answer) => done(error?.code ?? answer));
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
  ])("with %j are checked addresses of that family", async (options, answer) => {
    expect(await ask(options)).toEqual(answer);
  });

  it("is that there is none, where the family has none", async () => {
    const ipv4Only = createSsrfSafeLookup(async () => ["8.8.8.8"], deployed);
    const code = await new Promise((done) => {
      ipv4Only("hooks.example.org", { family: 6 }, (error) => done(error?.code));
    });
    expect(code).toBe("ENODATA");
  });
});

describe("a host with many addresses", () => {
  it("is reached by the first that answers", async () => {
    const receiver = await startReceiver();
    const silent = Array.from({ length: 99 }, (_, at) => `127.0.1.${at + 1}`);
    const resolve = async () => [...silent, "127.0.0.1"];
    const url = receiver.url.replace("127.0.0.1", "localhost");
    expect(await sendTo(url, { ...local, resolve })).toMatchObject({ status: 204, error: null });
  });

  it("is reached by IPv4 where its IPv6 address does not answer, and the other way round", async () => {
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
