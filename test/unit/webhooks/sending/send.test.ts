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

const answered = { error: null, message: null, body_truncated: false };

describe("what is sent", () => {
  it("arrives as a POST, with these bytes and these headers", async () => {
    receiver.respondWith(status(204));
    const body = '{"note":"Zürich 🏦"}';
    const exchange = await send(
      `${receiver.url}?a=b`,
      { "content-type": "application/json", "webhook-id": "dlv_1" },
      body,
    );
    expect(exchange).toMatchObject({ ...answered, status: 204, body: "" });
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

  it("may be empty", async () => {
    await send(receiver.url, {}, "");
    expect(receiver.requests.at(-1)).toMatchObject({ body: "", headers: { "content-length": "0" } });
  });

  it("goes by name with the name in Host, to IPv6 where there is nothing else", async () => {
    const six = await startReceiver({ host: "::1" });
    const { port } = new URL(six.url);
    for (const host of [`[::1]:${port}`, `localhost:${port}`]) {
      expect(await send(`http://${host}/`, {}, "")).toMatchObject({ status: 204 });
      expect(six.requests.at(-1)?.headers.host).toBe(host);
    }
  });
});

describe("an answer", () => {
  it.each([200, 201, 202, 204, 299, 400, 401, 403, 404, 410, 418, 422, 429, 500, 502, 503, 504, 599])(
    "of status %i is what it is",
    async (code) => {
      receiver.respondWith(status(code));
      expect(await send(receiver.url, {}, "{}")).toMatchObject({ ...answered, status: code });
    },
  );

  it.each([300, 301, 302, 303, 304, 305, 306, 307, 308])("of status %i is not followed", async (code) => {
    const target = await startReceiver();
    receiver.respondWith(redirect(target.url, code));
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ ...answered, status: code, headers: { location: target.url } });
    expect(target.requests).toEqual([]);
  });

  it.each(["120", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1000000000", "soon"])(
    "brings its Retry-After along: %s",
    async (value) => {
      receiver.respondWith(status(429, { "retry-after": value }));
      expect((await send(receiver.url, {}, "{}")).headers).toMatchObject({ "retry-after": value });
    },
  );

  it("brings its headers in lower case, cut and counted", async () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`X-Many-${at}`, "1"]));
    const cookies = { "Set-Cookie": ["a=b", "c=d"] };
    receiver.respondWith(status(200, { ...cookies, "X-Long": "x".repeat(5_000), ...many }));
    const { headers } = await send(receiver.url, {}, "{}");
    expect(headers).toMatchObject({ "set-cookie": "a=b,c=d", "x-long": "x".repeat(1024), "x-many-0": "1" });
    expect(Object.keys(headers)).toHaveLength(50);
  });

  it("brings along what decides on further tries, after however many headers", async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`X-Many-${at}`, "1"]));
    const decisive = { "retry-after": "60", "webhook-delivery": "disable" };
    receiver.respondWith(status(503, { ...many, ...decisive }));
    expect((await send(receiver.url, {}, "{}")).headers).toMatchObject(decisive);
  });

  it("tells how long it took, in whole milliseconds", async () => {
    receiver.respondWith(status(200));
    const { duration_ms } = await send(receiver.url, {}, "{}");
    expect(Number.isInteger(duration_ms)).toBe(true);
    expect(duration_ms).toBeLessThan(5_000);
  });
});

describe("the body of an answer", () => {
  const bodyOf = async (body: string | Buffer, headers = {}) => {
    receiver.respondWith(status(200, headers, body));
    const exchange = await send(receiver.url, {}, "{}");
    expect(exchange).toMatchObject({ status: 200, error: null });
    return [exchange.body, exchange.body_truncated];
  };

  it("is kept as text", async () => expect(await bodyOf('{"ok":true} <b>ä🏦')).toEqual(['{"ok":true} <b>ä🏦', false]));

  it("is kept to its first 4,096 bytes", async () => {
    expect(await bodyOf("x".repeat(4_096))).toEqual(["x".repeat(4_096), false]);
    expect(await bodyOf("x".repeat(4_097))).toEqual(["x".repeat(4_096), true]);
    expect(await bodyOf("x".repeat(1_000_000))).toEqual(["x".repeat(4_096), true]);
  });

  it("is not cut within a character", async () => {
    expect(await bodyOf(`x${"ä".repeat(4_000)}`)).toEqual([`x${"ä".repeat(2_047)}`, true]);
  });

  it("shows what is no text by replacement", async () => {
    expect(await bodyOf(Buffer.from([0x61, 0x00, 0xff, 0x62, 0xc3]))).toEqual(["a\uFFFD\uFFFDb\uFFFD", false]);
  });

  it("shows control characters by replacement, but for tabs and the ends of lines", async () => {
    expect(await bodyOf("a\u001b[2J\tb\r\n\u0085\u007fc")).toEqual(["a\uFFFD[2J\tb\r\n\uFFFD\uFFFDc", false]);
  });
});

describe("the compressed body of an answer", () => {
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

  it.each(compressors)("by %s is shown readable", async (coding, compress) => {
    expect(await bodyOf(coding, compress(text))).toEqual([text, false]);
    expect(await bodyOf(coding, compress(""))).toEqual(["", false]);
  });

  it.each(compressors)("by %s is kept to the first 4,096 bytes of its content", async (coding, compress) => {
    expect(await bodyOf(coding, compress("x".repeat(4_096)))).toEqual(["x".repeat(4_096), false]);
    expect(await bodyOf(coding, compress("x".repeat(4_097)))).toEqual(["x".repeat(4_096), true]);
    const noise = randomBytes(20_000).toString("hex");
    const [shown, isTruncated] = await bodyOf(coding, compress(noise));
    expect([isTruncated, noise.startsWith(String(shown)), String(shown).length > 2_000]).toEqual([true, true, true]);
  });

  it.each(compressors)("by %s shows what came of it where it breaks off", async (coding, compress) => {
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
  ])("by %s is no bomb", async (coding, bomb) => {
    const bytes = bomb();
    const begun = process.cpuUsage();
    for (let n = 0; n < 20; n++) expect(await bodyOf(coding, bytes)).toEqual(["x".repeat(4_096), true]);
    // Twenty times the whole of it take seconds; a Brotli window of 16 MB alone takes 100 ms a time.
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
  ])("is shown as it came where %s was not applied", async (coding, plain) => {
    expect(await bodyOf(coding, Buffer.from(plain))).toEqual([plain, false]);
  });

  it.each([
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00, 0x11, 0x1b])],
    ["gzip", Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ])("that cannot be decompressed shows nothing that does harm: %s", async (coding, bytes) => {
    const [shown] = await bodyOf(coding, bytes);
    expect(shown).toMatch(/^\P{Cc}+$/u);
  });
});

/** 50 MB of one letter, behind a window of 16 MB. */
function brotliBomb(): Buffer {
  return brotliCompressSync(Buffer.alloc(50_000_000, "x"), {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 5 },
  });
}

describe("a connection", () => {
  it("is used again by the next send", async () => {
    receiver.respondWith(status(200, {}, "some body"));
    await send(receiver.url, {}, "1");
    await send(receiver.url, {}, "2");
    const [first, second] = receiver.requests.slice(-2);
    expect(second?.socket).toBe(first?.socket);
  });

  it("that the receiver closed while it was idle is replaced", async () => {
    const own = await startReceiver({ behaviour: status(200, { connection: "close" }) });
    expect([await send(own.url, {}, "1"), await send(own.url, {}, "2")]).toMatchObject([
      { status: 200 },
      { status: 200 },
    ]);
    expect(own.requests).toHaveLength(2);
  });

  it("that ends just as it is used again is replaced once, with the same id", async () => {
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

  it("is not replaced twice, and a new one not at all", async () => {
    const own = await startReceiver({ behaviour: status(200) });
    await send(own.url, {}, "1");
    own.respondWith((_response, request) => request.socket.resetAndDestroy());
    expect(await send(own.url, {}, "2")).toMatchObject({ status: null, error: "reset" });
    expect(own.requests).toHaveLength(3);
    expect(await send(own.url, {}, "3")).toMatchObject({ status: null, error: "reset" });
    expect(own.requests).toHaveLength(4);
  });

  it("is not shared by what is sent at once", async () => {
    const own = await startReceiver({ behaviour: status(200) });
    const exchanges = await Promise.all(Array.from({ length: 20 }, (_, at) => send(own.url, {}, String(at))));
    expect(exchanges.map((exchange) => exchange.status)).toEqual(Array(20).fill(200));
    expect(new Set(own.requests.map(({ body }) => body)).size).toBe(20);
  });
});
