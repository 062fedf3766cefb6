import { randomBytes } from "node:crypto";
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { createSender } from "#shared/webhooks/sending/send.ts";
import { type HttpReceiver, redirect, startReceiver, status } from "#test/support/webhooks/receiver.ts";

const local = { ownHosts: [], allowLoopback: true };
const send = createSender(local);
let receiver: HttpReceiver;

beforeAll(async () => {
  receiver = await startReceiver();
});

const withoutError = { error: null, message: null, body_truncated: false };

describe("createSender: request", () => {
  it("sends a POST with the given body and headers", async () => {
    receiver.respondWith(status(204));
    const body = '{"note":"Zürich 🏦"}';
    const exchange = await send(
      `${receiver.url}?a=b`,
      { "content-type": "application/json", "webhook-id": "dlv_1" },
      body,
    );
    expect(exchange).toMatchObject({ ...withoutError, status: 204, body: "" });
    const request = receiver.requests.at(-1);
    expect(request).toMatchObject({ method: "POST", path: "/hook?a=b", body });
    expect(request?.headers).toEqual({
      "content-type": "application/json",
      "webhook-id": "dlv_1",
      "accept-encoding": "identity",
      "content-length": String(Buffer.byteLength(body)),
      host: new URL(receiver.url).host,
      connection: "keep-alive",
    });
  });

  it("sends an empty body", async () => {
    await send(receiver.url, {}, "");
    expect(receiver.requests.at(-1)).toMatchObject({ body: "", headers: { "content-length": "0" } });
  });

  it("sends the host name in Host, also to an IPv6 address", async () => {
    const six = await startReceiver({ host: "::1" });
    const { port } = new URL(six.url);
    for (const host of [`[::1]:${port}`, `localhost:${port}`]) {
      expect(await send(`http://${host}/`, {}, "")).toMatchObject({ status: 204 });
      expect(six.requests.at(-1)?.headers.host).toBe(host);
    }
  });
});

describe("createSender: response", () => {
  it.each([200, 201, 202, 204, 299, 400, 401, 403, 404, 410, 418, 422, 429, 500, 502, 503, 504, 599])(
    "returns status %i",
    async (code) => {
      receiver.respondWith(status(code));
      expect(await send(receiver.url, {}, "{}")).toMatchObject({ ...withoutError, status: code });
    },
  );

  it.each([300, 301, 302, 303, 304, 305, 306, 307, 308])(
    "returns status %i without following the redirect",
    async (code) => {
      const target = await startReceiver();
      receiver.respondWith(redirect(target.url, code));
      const exchange = await send(receiver.url, {}, "{}");
      expect(exchange).toMatchObject({ ...withoutError, status: code, headers: { location: target.url } });
      expect(target.requests).toEqual([]);
    },
  );

  it.each(["120", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1000000000", "soon"])(
    "returns the Retry-After header %s",
    async (value) => {
      receiver.respondWith(status(429, { "retry-after": value }));
      expect((await send(receiver.url, {}, "{}")).headers).toMatchObject({ "retry-after": value });
    },
  );

  it("returns lower-case headers, at most fifty, each cut to 1,024 characters", async () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`X-Many-${at}`, "1"]));
    const cookies = { "Set-Cookie": ["a=b", "c=d"] };
    receiver.respondWith(status(200, { ...cookies, "X-Long": "x".repeat(5_000), ...many }));
    const { headers } = await send(receiver.url, {}, "{}");
    expect(headers).toMatchObject({ "set-cookie": "a=b,c=d", "x-long": "x".repeat(1024), "x-many-0": "1" });
    expect(Object.keys(headers)).toHaveLength(50);
  });

  it("returns retry-after and webhook-delivery even after many other headers", async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`X-Many-${at}`, "1"]));
    const decisive = { "retry-after": "60", "webhook-delivery": "disable" };
    receiver.respondWith(status(503, { ...many, ...decisive }));
    expect((await send(receiver.url, {}, "{}")).headers).toMatchObject(decisive);
  });

  it("returns the duration in whole milliseconds", async () => {
    receiver.respondWith(status(200));
    const { duration_ms } = await send(receiver.url, {}, "{}");
    expect(Number.isInteger(duration_ms)).toBe(true);
    expect(duration_ms).toBeLessThan(5_000);
  });
});

describe("createSender: response body", () => {
  const bodyOf = async (body: string | Buffer, headers = {}) => {
    receiver.respondWith(status(200, headers, body));
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: 200, error: null });
    return [exchange.body, exchange.body_truncated];
  };

  it("returns the body as text", async () =>
    expect(await bodyOf('{"ok":true} <b>ä🏦')).toEqual(['{"ok":true} <b>ä🏦', false]));

  it("returns the first 4,096 bytes", async () => {
    expect(await bodyOf("x".repeat(4_096))).toEqual(["x".repeat(4_096), false]);
    expect(await bodyOf("x".repeat(4_097))).toEqual(["x".repeat(4_096), true]);
    expect(await bodyOf("x".repeat(1_000_000))).toEqual(["x".repeat(4_096), true]);
  });

  it("does not cut within a character", async () => {
    expect(await bodyOf(`x${"ä".repeat(4_000)}`)).toEqual([`x${"ä".repeat(2_047)}`, true]);
  });

  it("replaces bytes that are not text", async () => {
    expect(await bodyOf(Buffer.from([0x61, 0x00, 0xff, 0x62, 0xc3]))).toEqual(["a\uFFFD\uFFFDb\uFFFD", false]);
  });

  it("replaces control characters except tabs and line ends", async () => {
    expect(await bodyOf("a\u001b[2J\tb\r\n\u0085\u007fc")).toEqual(["a\uFFFD[2J\tb\r\n\uFFFD\uFFFDc", false]);
  });
});

describe("createSender: compressed response body", () => {
  const text = '{"error":"Zürich 🏦 is closed"}';
  const compressors = [
    ["gzip", gzipSync],
    ["GZIP", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["br", brotliCompressSync],
  ] as const;
  const bodyOf = async (coding: string, body: Buffer) => {
    receiver.respondWith(status(502, { "content-encoding": coding }, body));
    const { body: shown, body_truncated, headers, ...exchange } = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: 502, error: null });
    expect(headers["content-encoding"]).toBe(coding);
    return [shown, body_truncated];
  };

  it.each(compressors)("decompresses %s", async (coding, compress) => {
    expect(await bodyOf(coding, compress(text))).toEqual([text, false]);
    expect(await bodyOf(coding, compress(""))).toEqual(["", false]);
  });

  it.each(compressors)("returns the first 4,096 bytes of the content for %s", async (coding, compress) => {
    expect(await bodyOf(coding, compress("x".repeat(4_096)))).toEqual(["x".repeat(4_096), false]);
    expect(await bodyOf(coding, compress("x".repeat(4_097)))).toEqual(["x".repeat(4_096), true]);
    const noise = randomBytes(20_000).toString("hex");
    const [shown, isTruncated] = await bodyOf(coding, compress(noise));
    expect([isTruncated, noise.startsWith(String(shown)), String(shown).length > 2_000]).toEqual([true, true, true]);
  });

  it.each(compressors)("returns the content up to where a %s body breaks off", async (coding, compress) => {
    const content = Array.from({ length: 300 }, (_, at) => `line ${at * 7919}`).join("\n");
    const half = compress(content).subarray(0, 500);
    receiver.respondWith((response) => {
      response.writeHead(200, { "content-encoding": coding, "content-length": "100000" });
      response.write(half, () => response.socket?.destroySoon());
    });
    const { body, body_truncated } = await send(receiver.url, {}, "{}");
    expect([body_truncated, content.startsWith(body), body.length > 100]).toEqual([true, true, true]);
  });

  it.each([
    ["gzip", () => gzipSync(Buffer.alloc(50_000_000, "x"))],
    ["br", () => brotliBomb()],
    ["deflate", () => deflateSync(Buffer.alloc(50_000_000, "x"))],
  ])("limits the work for a decompression bomb in %s", async (coding, bomb) => {
    const bytes = bomb();
    const begun = process.cpuUsage();
    for (let n = 0; n < 20; n++) expect(await bodyOf(coding, bytes)).toEqual(["x".repeat(4_096), true]);
    // Decompressing all of them takes seconds; a Brotli window of 16 MB alone takes 100 ms each.
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });

  it.each([
    ["gzip", "ok"],
    ["deflate", "not a deflate stream"],
    ["br", "<html>\u00e9</html>"],
    ["zstd", "ok"],
    ["gzip, br", "ok"],
    ["identity", "ok"],
  ])("returns the body unchanged when %s is declared but was not applied", async (coding, plain) => {
    expect(await bodyOf(coding, Buffer.from(plain))).toEqual([plain, false]);
  });

  it.each([
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00, 0x11, 0x1b])],
    ["gzip", Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ])("returns no control characters when the body cannot be decompressed: %s", async (coding, bytes) => {
    const [shown] = await bodyOf(coding, bytes);
    expect(shown).toMatch(/^\P{Cc}+$/u);
  });
});

/** Returns 50 MB of one letter, compressed with a window of 16 MB. */
function brotliBomb(): Buffer {
  return brotliCompressSync(Buffer.alloc(50_000_000, "x"), {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 5 },
  });
}

describe("createSender: connections", () => {
  it("reuses the connection for the next request", async () => {
    receiver.respondWith(status(200, {}, "some body"));
    await send(receiver.url, {}, "1");
    await send(receiver.url, {}, "2");
    const [first, second] = receiver.requests.slice(-2);
    expect(second?.socket).toBe(first?.socket);
  });

  it("opens a new connection when the receiver closed the idle one", async () => {
    const own = await startReceiver({ behaviour: status(200, { connection: "close" }) });
    expect([await send(own.url, {}, "1"), await send(own.url, {}, "2")]).toMatchObject([
      { status: 200 },
      { status: 200 },
    ]);
    expect(own.requests).toHaveLength(2);
  });

  it("repeats the request once, with the same id, when the reused connection ends", async () => {
    const own = await startReceiver({ behaviour: status(200) });
    await send(own.url, { "webhook-id": "dlv_1" }, "1");
    const [first] = own.requests;
    own.respondWith((response, request) =>
      request.socket === first?.socket ? request.socket.resetAndDestroy() : response.writeHead(201).end(),
    );
    expect(await send(own.url, { "webhook-id": "dlv_2" }, "2")).toMatchObject({ status: 201, error: null });
    expect(own.requests.map(({ headers, body }) => [headers["webhook-id"], body])).toEqual([
      ["dlv_1", "1"],
      ["dlv_2", "2"],
      ["dlv_2", "2"],
    ]);
  });

  it("repeats a request only once, and never on a new connection", async () => {
    const own = await startReceiver({ behaviour: status(200) });
    await send(own.url, {}, "1");
    own.respondWith((_response, request) => request.socket.resetAndDestroy());
    expect(await send(own.url, {}, "2")).toMatchObject({ status: null, error: "reset" });
    expect(own.requests).toHaveLength(3);
    expect(await send(own.url, {}, "3")).toMatchObject({ status: null, error: "reset" });
    expect(own.requests).toHaveLength(4);
  });

  it("uses separate connections for concurrent requests", async () => {
    const own = await startReceiver({ behaviour: status(200) });
    const exchanges = await Promise.all(Array.from({ length: 20 }, (_, at) => send(own.url, {}, String(at))));
    expect(exchanges.map((exchange) => exchange.status)).toEqual(Array(20).fill(200));
    expect(new Set(own.requests.map(({ body }) => body)).size).toBe(20);
  });
});
