import { TLSSocket } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { createSender } from "#shared/webhooks/sending/send.ts";
import { type Certificates, createCertificates, trustAuthority } from "#test/support/webhooks/certificates.ts";
import { hang, startReceiver, startSocketServer } from "#test/support/webhooks/receiver.ts";

const local = { ownHosts: [], allowLoopback: true };
const limits = { connectMs: 300, totalMs: 900 };
const send = createSender({ ...local, limits });
let certificates: Certificates;

beforeAll(async () => {
  certificates = await createCertificates();
  trustAuthority(certificates.authority);
});

const byName = (url: string) => url.replace("127.0.0.1", "localhost");

describe("createSender over TLS", () => {
  it("sends the host name as SNI, and verifies the certificate for it", async () => {
    const receiver = await startReceiver({ tls: certificates.valid });
    const url = byName(receiver.url);
    expect(await send(url, {}, "{}")).toMatchObject({ status: 204, error: null });
    const [request] = receiver.requests;
    expect(request?.headers.host).toBe(new URL(url).host);
    expect(request?.socket).toBeInstanceOf(TLSSocket);
    expect(request?.socket).toMatchObject({ servername: "localhost" });
  });

  it("verifies the certificate for an IP address, without SNI", async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      const receiver = await startReceiver({ tls: certificates.valid, host });
      expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: 204, error: null });
      expect(receiver.requests[0]?.socket).toMatchObject({ servername: false });
    }
  });

  it("reuses the connection", async () => {
    const receiver = await startReceiver({ tls: certificates.valid });
    for (const body of ["1", "2"]) await send(receiver.url, {}, body);
    const [first, second] = receiver.requests;
    expect(second?.socket).toBe(first?.socket);
  });

  it("connects and verifies again when the receiver closed the reused connection", async () => {
    const receiver = await startReceiver({ tls: certificates.valid });
    await send(receiver.url, {}, "1");
    const [first] = receiver.requests;
    receiver.respondWith((response, { socket }) =>
      socket === first?.socket ? socket.destroy() : response.writeHead(201).end(),
    );
    expect(await send(receiver.url, {}, "2")).toMatchObject({ status: 201, error: null });
  });

  it.each([
    ["expired", "CERT_HAS_EXPIRED"],
    ["wrongHost", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["selfSigned", "DEPTH_ZERO_SELF_SIGNED_CERT"],
  ] as const)("returns `tls`, and sends nothing, when the certificate is invalid: %s", async (kind, code) => {
    const receiver = await startReceiver({ tls: certificates[kind] });
    const message = `The TLS connection failed (${code}).`;
    for (const url of [receiver.url, byName(receiver.url)]) {
      expect(await send(url, { "webhook-id": "dlv_1" }, "{}")).toMatchObject({ status: null, error: "tls", message });
    }
    expect(receiver.requests).toEqual([]);
  });

  it("returns `connect_timeout` when the receiver never completes the handshake", async () => {
    const { host } = await startSocketServer();
    const exchange = await send(`https://${host}/`, {}, "{}");
    const message = "The connection was not established within 0.3 s.";
    expect(exchange).toMatchObject({ status: null, error: "connect_timeout", message });
    expect(exchange.duration_ms).toBeLessThan(limits.totalMs);
  });

  it("returns `tls` when the receiver closes the connection during the handshake", async () => {
    const { host } = await startSocketServer((socket) => socket.once("data", () => socket.destroy()));
    expect(await send(`https://${host}/`, {}, "{}")).toMatchObject({ status: null, error: "tls" });
  });

  it("returns `tls` when the receiver does not use TLS", async () => {
    const plain = await startReceiver();
    const exchange = await send(plain.url.replace("http:", "https:"), {}, "{}");
    expect(exchange).toMatchObject({ status: null, error: "tls", message: "The TLS connection failed (EPROTO)." });
  });

  it("returns `tls` when the receiver requires a client certificate", async () => {
    const demanding = { ...certificates.valid, requestCert: true, rejectUnauthorized: true };
    const receiver = await startReceiver({ tls: demanding });
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({
      status: null,
      error: "tls",
      message: "The receiver requires a client certificate, which is not supported.",
    });
    expect(receiver.requests).toEqual([]);
  });

  it("returns `timeout` when the receiver hangs after the handshake", async () => {
    const receiver = await startReceiver({ tls: certificates.valid, behaviour: hang() });
    expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: null, error: "timeout" });
  });

  it("returns `reset` when the receiver closes the connection after the handshake", async () => {
    const receiver = await startReceiver({
      tls: certificates.valid,
      behaviour: (_response, { socket }) => socket.destroy(),
    });
    expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: null, error: "reset" });
  });
});
