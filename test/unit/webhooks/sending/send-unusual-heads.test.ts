import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { createSender } from "#shared/webhooks/sending/send.ts";
import { trustAuthority } from "#test/support/webhooks/certificates.ts";
import { type HttpReceiver, raw, startReceiver, startSocketServer } from "#test/support/webhooks/receiver.ts";

const send = createSender({ ownHosts: [], allowLoopback: true, limits: { totalMs: 2_000 } });
const certificates = inject("certificates");
let plain: HttpReceiver;
let secure: HttpReceiver;

beforeAll(async () => {
  trustAuthority(certificates.authority);
  plain = await startReceiver();
  secure = await startReceiver({ tls: certificates.valid });
});

const transports: readonly (readonly [string, () => HttpReceiver])[] = [
  ["TCP", () => plain],
  ["TLS", () => secure],
];

const unusual: readonly (readonly [string, string])[] = [
  ["a folded field", "HTTP/1.1 200 OK\r\nX-Certificate: one\r\n two\r\nContent-Length: 2\r\n\r\nok"],
  ["the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\nContent-Length: 2\r\n\r\nok"],
  ["the same length in a list", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"],
  ["lines ended by LF", "HTTP/1.1 200 OK\nX: y\nContent-Length: 2\n\nok"],
  ["a folded coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
  ["an unusual interim response", "HTTP/1.1 103 Early\nLink: a,\n b\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok"],
];

const refused: readonly (readonly [string, string])[] = [
  ["different lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"],
  ["different lengths in a list", "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok"],
  ["different lengths by a fold", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n 3\r\n\r\nok"],
  ["a length and a coding", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["a length and a folded coding", "HTTP/1.1 200 OK\nContent-Length: 2\nTransfer-Encoding:\n chunked\n\n0\r\n\r\n"],
  ["a status line that is folded", "HTTP/1.1 200 OK\r\n X: y\r\nContent-Length: 2\r\n\r\nok"],
  ["a carriage return in a field", "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 2\r\n\r\nok"],
  ["a NUL in a field", "HTTP/1.1 200 OK\nX: a\0b\nContent-Length: 2\n\nok"],
  ["a blank before a colon", "HTTP/1.1 200 OK\nContent-Length : 2\n\nok"],
];

describe.each(transports)("createSender over %s", (_, receiver) => {
  it.each(unusual)("accepts a response with %s, and does not reuse its connection", async (_name, text) => {
    receiver().respondWith(raw(text));
    const first = await send(receiver().url, {}, "1");
    expect(first).toMatchObject({ status: 200, error: null, message: null, body: "ok", body_truncated: false });
    await send(receiver().url, {}, "2");
    const [one, two] = receiver().requests.slice(-2);
    expect([one?.body, two?.body]).toEqual(["1", "2"]);
    expect(two?.socket).not.toBe(one?.socket);
  });

  it.each(refused)("returns `protocol` for a response with %s", async (_name, text) => {
    receiver().respondWith(raw(text));
    expect(await send(receiver().url, {}, "{}")).toMatchObject({ status: null, error: "protocol" });
  });

  it("accepts 60 KB of headers, and reuses the connection", async () => {
    const headers = { "x-policy": "x".repeat(60_000), "content-length": "2" };
    receiver().respondWith((response) => response.writeHead(200, headers).end("ok"));
    for (const body of ["1", "2"])
      expect(await send(receiver().url, {}, body)).toMatchObject({ status: 200, body: "ok" });
    const [one, two] = receiver().requests.slice(-2);
    expect(two?.socket).toBe(one?.socket);
  });

  it("returns `protocol` for 70 KB of headers", async () => {
    receiver().respondWith((response) => response.writeHead(200, { "x-policy": "x".repeat(70_000) }).end());
    const message = expect.stringContaining("headers are too long (HPE_HEADER_OVERFLOW)");
    expect(await send(receiver().url, {}, "{}")).toMatchObject({ status: null, error: "protocol", message });
  });

  it("accepts a folded field among 50 KB of headers in many packets", async () => {
    const many = Array.from({ length: 1_000 }, (_value, at) => `X-${at}: ${"x".repeat(40)}\r\n more\r\n`).join("");
    receiver().respondWith(raw(`HTTP/1.1 202 Accepted\r\n${many}Content-Length: 2\r\n\r\nok`));
    expect(await send(receiver().url, {}, "{}")).toMatchObject({
      status: 202,
      body: "ok",
      headers: { "x-0": /x more$/ },
    });
  });
});

describe("createSender and unusual response heads", () => {
  it.each(unusual)("accepts a head that arrives byte by byte: %s", async (_name, text) => {
    const writeSlowly = async (socket: Socket) => {
      socket.setNoDelay(true);
      for (const byte of Buffer.from(text)) {
        socket.write(Buffer.of(byte));
        await delay(1);
      }
    };
    const { host } = await startSocketServer((socket) => socket.once("data", () => writeSlowly(socket)));
    expect(await send(`http://${host}/`, {}, "{}")).toMatchObject({ status: 200, error: null, body: "ok" });
  });

  it("does not take surplus bytes for the response to the next request", async () => {
    const forged = "HTTP/1.1 299 Forged\r\nContent-Length: 2\r\n\r\nno";
    let responses = 0;
    const { host } = await startSocketServer((socket) =>
      socket.on("data", () => {
        responses += 1;
        if (responses > 1) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
        else socket.write(`HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 2\n\nok${forged}`);
      }),
    );
    expect(await send(`http://${host}/a`, {}, "{}")).toMatchObject({ status: 200 });
    expect(await send(`http://${host}/b`, {}, "{}")).toMatchObject({ status: 204 });
  });

  it("returns the headers unfolded", async () => {
    plain.respondWith(raw("HTTP/1.1 429 Slow\nRetry-After:\n\t120\nContent-Length: 0\n\n"));
    expect((await send(plain.url, {}, "{}")).headers).toEqual({ "retry-after": "120", "content-length": "0" });
  });
});
