import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decryptHeaders, encryptHeaders, validateStaticHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import { anEndpoint } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const secret = "s3cr3t-value";

/** Prefixes a text with its purpose instead of encrypting it. */
const encryption = {
  encrypt: async (text: string, _: unknown, content = "secret") => `${content} ${text}`,
  decrypt: async (ciphertext: string, _: unknown, content = "secret") => ciphertext.slice(content.length + 1),
};

describe("validateStaticHeaders", () => {
  it.each([
    {},
    { "X-Api-Key": secret },
    { Authorization: "Bearer abc.def" },
    { "X-A": "a", "X-B": "two  words", Cookie: "a=b; c=d", "!#$%&'*+.^_`|~9": "~" },
    { "X-A": "x".repeat(1_024) },
    Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`X-${at}`, "x".repeat(409)])),
  ])("accepts %j", (headers) => expect(validateStaticHeaders(headers)).toEqual(headers));

  it.each([
    ...["Host", "user-agent", "Connection", "keep-alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect"],
    ...["Proxy-Authorization", "Proxy-Connection", "HTTP2-Settings", "accept-encoding"],
    ...["Content-Type", "content-length", "CONTENT-ENCODING", "content-anything"],
    ...["webhook-id", "Webhook-Signature", "webhook-anything", "svix-id", "X-AIBooks-Signature", "x-aibooks-anything"],
  ])("rejects the reserved name %s", (name) => {
    const { code, message, context } = catchError(() => validateStaticHeaders({ [name]: secret }));
    expect([code, context.field, message]).toEqual([
      "invalid_value",
      "headers",
      `headers must not contain ${name}, which is reserved.`,
    ]);
  });

  it.each(["", " ", "X Api", "X-Api:", "X-Äpi", "X\r\nY", "X\u0000", "(X)", "X/Y", "x".repeat(101)])(
    "rejects the name %j",
    (name) => {
      const { code, message, context } = catchError(() => validateStaticHeaders({ [name]: secret }));
      expect([code, context.field]).toEqual(["invalid_value", "headers"]);
      expect(message).toMatch(/^headers must have names of /);
    },
  );

  it.each(["", " ", " a", "a ", "a\tb", "a\r\nX-B: c", "a\nb", "ä", "a\u007f", "\u0000", "x".repeat(1_025)])(
    "rejects the value %j without repeating it",
    (value) => {
      const { code, message, context } = catchError(() => validateStaticHeaders({ "X-A": `${value}` }));
      expect([code, context.field]).toEqual(["invalid_value", "headers"]);
      expect(message).toMatch(/^headers\.X-A must (have at most 1024 characters|be visible ASCII)/);
    },
  );

  it("rejects more than ten headers, more than 4 KB, and a repeated name", () => {
    const many = (count: number, length: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`X-${at}`, "x".repeat(length)]));
    const messageOf = (headers: Record<string, string>) => catchError(() => validateStaticHeaders(headers)).message;
    expect(messageOf(many(11, 1))).toBe("headers must have at most 10 entries.");
    expect(messageOf(many(5, 820))).toBe("headers must have at most 4096 characters in all values together.");
    expect(messageOf({ "X-A": "1", "x-a": "2" })).toBe(
      "headers must not contain x-a twice; names are case-insensitive.",
    );
  });

  it("reports that client certificates are not supported when a value is one", () => {
    const { message } = catchError(() => validateStaticHeaders({ "X-Cert": "-----BEGIN CERTIFICATE-----\nMIIB" }));
    expect(message).toMatch(/^Client certificates are not supported\. /);
  });

  it("(property) accepts no characters that could end a header", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, value) => {
        try {
          validateStaticHeaders({ [name]: value });
        } catch {
          return;
        }
        expect(`${name}: ${value}`).toMatch(/^[\x21-\x39\x3b-\x7e]+: [\x20-\x7e]+$/);
      }),
    );
  });
});

describe("encryptHeaders and decryptHeaders", () => {
  const headers = { "X-Api-Key": secret, Authorization: "Bearer abc" };

  it("keep the names readable and return the original headers", async () => {
    const encrypted = await encryptHeaders(encryption, headers, anEndpoint());
    expect(encrypted).toEqual({ names: ["X-Api-Key", "Authorization"], sealed: `headers ${JSON.stringify(headers)}` });
    expect(await decryptHeaders(encryption, anEndpoint({ headers: encrypted }))).toEqual(headers);
  });

  it.each([null, {}])("return null, and no headers, for %j", async (empty) => {
    expect(await encryptHeaders(encryption, empty, anEndpoint())).toBeNull();
    expect(await decryptHeaders(encryption, anEndpoint())).toEqual({});
  });

  it("omit headers whose names have become reserved", async () => {
    const names = ["X-A", "Content-Type"];
    const sealed = `headers ${JSON.stringify({ "X-A": "1", "Content-Type": "text/plain" })}`;
    expect(await decryptHeaders(encryption, anEndpoint({ headers: { names, sealed } }))).toEqual({ "X-A": "1" });
  });

  it.each(["", "{", "[]", "7", '{"X-A":1}', `{"X-A":"${secret}`])(
    "throw an error that does not show the content when it is %j",
    async (text) => {
      const damaged = anEndpoint({ headers: { names: ["X-A"], sealed: `headers ${text}` } });
      const error = await decryptHeaders(encryption, damaged).catch((reason: unknown) => reason);
      expect(error).toEqual(new Error(`The headers of endpoint ${damaged.endpoint_id} are damaged.`));
      expect(error).not.toHaveProperty("cause");
    },
  );
});
