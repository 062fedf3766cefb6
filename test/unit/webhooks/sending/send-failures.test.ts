import { beforeAll, describe, expect, it } from "vitest";
import { createSender } from "#shared/webhooks/sending/send.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { until } from "#test/support/until.ts";
import {
  delayed,
  drip,
  endlessBody,
  endlessHeaders,
  type HttpReceiver,
  hang,
  hangAfterHeaders,
  raw,
  redirect,
  reset,
  resetAfterHeaders,
  startReceiver,
  startSocketServer,
  status,
} from "#test/support/webhooks/receiver.ts";

const local = { ownHosts: [], allowLoopback: true };
/** The real limits, thirty times as fast. */
const limits = { connectMs: 170, totalMs: 500 };
const send = createSender({ ...local, limits });
let receiver: HttpReceiver;

beforeAll(async () => {
  receiver = await startReceiver();
});

/** Expects a failed result in time, without a status, and with a message that contains no address. */
function expectFailure(exchange: SendResult, error: SendResult["error"], pattern: RegExp): void {
  expect(exchange).toMatchObject({ status: null, error, headers: {}, body: "", body_truncated: false });
  expect(exchange.message).toMatch(pattern);
  expect(exchange.message).not.toMatch(/127\.0\.0\.1|::1|undefined/);
  expect(exchange.duration_ms).toBeLessThan(5_000);
}

describe("createSender when no valid response arrives", () => {
  it("returns `timeout` when the receiver never responds", async () => {
    receiver.respondWith(hang());
    const exchange = await send(receiver.url, {}, "{}");
    expectFailure(exchange, "timeout", /No response arrived within 0\.5 s/);
    expect(exchange.duration_ms).toBeGreaterThanOrEqual(limits.totalMs - 5);
  });

  it("returns the status when the receiver is slow but in time", async () => {
    receiver.respondWith(delayed(limits.totalMs * 0.6, status(200)));
    expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: 200, error: null });
  });

  it("returns `timeout` when the receiver is too slow", async () => {
    receiver.respondWith(delayed(limits.totalMs * 1.4, status(200)));
    expectFailure(await send(receiver.url, {}, "{}"), "timeout", /No response arrived/);
  });

  it("returns `reset` when the receiver resets the connection before it responds", async () => {
    receiver.respondWith(reset());
    expectFailure(await send(receiver.url, {}, "{}"), "reset", /ended before a response arrived/);
  });

  it("returns `reset` when the receiver closes the connection in the middle of its headers", async () => {
    receiver.respondWith((response) => response.socket?.end("HTTP/1.1 200 OK\r\nx-begun: tr"));
    expectFailure(await send(receiver.url, {}, "{}"), "reset", /ended before a response arrived/);
  });

  it.each(["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"])(
    "returns `timeout` when the receiver sends only %j",
    async (text) => {
      receiver.respondWith(raw(text));
      expectFailure(await send(receiver.url, {}, "{}"), "timeout", /No response arrived/);
    },
  );

  it("returns `timeout` when the receiver keeps sending interim responses", async () => {
    receiver.respondWith((response) => {
      const timer = setInterval(() => response.socket?.write("HTTP/1.1 102 Processing\r\n\r\n"), 50);
      response.on("close", () => clearInterval(timer));
    });
    expectFailure(await send(receiver.url, {}, "{}"), "timeout", /No response arrived/);
  });

  it("returns the final status after an interim response", async () => {
    receiver.respondWith(
      raw("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"),
    );
    expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: 201, body: "ok", error: null });
  });

  it("returns `protocol` when the receiver switches protocols", async () => {
    receiver.respondWith(raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"));
    expectFailure(await send(receiver.url, {}, "{}"), "protocol", /101 Switching Protocols/);
  });

  it.each([
    ["another protocol", "220 mail.example.org ESMTP\r\n"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["malformed headers", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"],
    ["a body of two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
  ])("returns `protocol` when the receiver sends %s", async (_name, text) => {
    receiver.respondWith(raw(text));
    expectFailure(await send(receiver.url, {}, "{}"), "protocol", /not valid HTTP\/1\.1.*\(HPE_\w+\)/);
  });

  it("returns `protocol` when the status is not valid", async () => {
    receiver.respondWith(raw("HTTP/1.1 000 Nothing\r\ncontent-length: 0\r\n\r\n"));
    expectFailure(await send(receiver.url, {}, "{}"), "protocol", /no valid status/);
  });

  it("returns `protocol` when the headers are endless", async () => {
    receiver.respondWith(endlessHeaders());
    expectFailure(await send(receiver.url, {}, "{}"), "protocol", /headers are too long \(HPE_HEADER_OVERFLOW\)/);
  });

  it("returns `timeout` when the headers arrive one by one without end", async () => {
    receiver.respondWith((response) => {
      response.socket?.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => response.socket?.write("x-a: b\r\n"), 50);
      response.on("close", () => clearInterval(timer));
    });
    expectFailure(await send(receiver.url, {}, "{}"), "timeout", /No response arrived/);
  });

  it("returns `connect` when the receiver does not listen", async () => {
    const gone = await startReceiver();
    await gone.close();
    expectFailure(await send(gone.url, {}, "{}"), "connect", /The connection failed \(ECONNREFUSED\)/);
    const byName = gone.url.replace("127.0.0.1", "localhost");
    expectFailure(await send(byName, {}, "{}"), "connect", /The connection failed \(ECONNREFUSED\)/);
  });

  it("returns `reset` when the receiver closes the connection immediately", async () => {
    const { host } = await startSocketServer((socket) => socket.destroy());
    expectFailure(await send(`http://${host}/`, {}, "{}"), "reset", /ended before a response arrived/);
  });
});

describe("createSender returns the status when the receiver", () => {
  it.each([200, 202, 302, 500])("sends a %i and hangs", async (code) => {
    receiver.respondWith(hangAfterHeaders(code));
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: code, error: null, message: null });
    expect(exchange.duration_ms).toBeLessThan(5_000);
  });

  it("sends the beginning of a body and hangs", async () => {
    receiver.respondWith(hangAfterHeaders(200, "begun"));
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: 200, error: null, body: "begun", body_truncated: true });
    expect(exchange.duration_ms).toBeGreaterThanOrEqual(limits.totalMs - 5);
  });

  it.each([200, 500])("sends a %i and resets the connection in its body", async (code) => {
    receiver.respondWith(resetAfterHeaders(code, "begun"));
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: code, error: null, message: null, body_truncated: true });
  });

  it("sends less than its content length", async () => {
    receiver.respondWith((response) => response.socket?.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"));
    expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: 200, body: "half", body_truncated: true });
  });

  it("sends an invalid chunk", async () => {
    receiver.respondWith(raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nno chunk\r\n"));
    expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: 200, error: null, body_truncated: true });
  });

  it("sends its body byte by byte", async () => {
    receiver.respondWith(drip(20));
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: 200, error: null, body_truncated: true });
    expect(exchange.body).toMatch(/^\.{2,12}$/);
    expect(exchange.duration_ms).toBeLessThan(5_000);
  });

  it("sends an endless body, of which only the beginning is read", async () => {
    receiver.respondWith(endlessBody());
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: 200, error: null, body: "x".repeat(4_096), body_truncated: true });
    const socket = await until(() => receiver.requests.at(-1)?.socket);
    await until(() => socket.destroyed);
    // The buffers of the operating system hold more than the 64 KB that are read.
    expect(socket.bytesWritten).toBeLessThan(20_000_000);
  });
});

describe("createSender sends nothing", () => {
  it.each([
    "http://hooks.example.org/",
    "https://user@hooks.example.org/",
    "https://10.0.0.1/",
    "https://[fe80::1]/",
    "https://metadata.google.internal/",
    "nonsense",
  ])("to the refused URL %s", async (url) => expectFailure(await send(url, {}, "{}"), "url_refused", /^The url /));

  it("to its own API", async () => {
    receiver.respondWith(status(200));
    const before = receiver.requests.length;
    const careful = createSender({ ownHosts: [new URL(receiver.url).host], allowLoopback: true });
    expectFailure(await careful(receiver.url, {}, "{}"), "url_refused", /back to this API/);
    const byName = receiver.url.replace("127.0.0.1", "localhost");
    expectFailure(await careful(byName, {}, "{}"), "url_refused", /back to this API/);
    expect(receiver.requests).toHaveLength(before);
  });

  it("to loopback in a deployed stack, where functions have their runtime API", async () => {
    const before = receiver.requests.length;
    const deployed = createSender({ ownHosts: [], allowLoopback: false });
    for (const url of [receiver.url, receiver.url.replace("http:", "https:"), "http://127.0.0.1:9001/"]) {
      expectFailure(await deployed(url, {}, "{}"), "url_refused", /^The url /);
    }
    expect(receiver.requests).toHaveLength(before);
  });

  it.each([
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://10.0.0.1/",
    "http://metadata.google.internal/",
    "//10.0.0.1/",
    "file:///etc/passwd",
  ])("to the target of a redirect: %s", async (target) => {
    receiver.respondWith(redirect(target, 307));
    expect(await send(receiver.url, {}, "{}")).toMatchObject({ status: 307, headers: { location: target } });
  });
});
