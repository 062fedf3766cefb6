import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { formatSigningSecret, signingSecretBytes } from "#shared/webhooks/endpoints/signing-secret.ts";
import { aibooksSignature, signedHeaders, standardSignature } from "#shared/webhooks/sending/sign.ts";
import { verifyWebhook } from "#shared/webhooks/sending/verify.ts";
import { testNow } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const secret = formatSigningSecret(new Uint8Array(signingSecretBytes).fill(1));
const another = formatSigningSecret(new Uint8Array(signingSecretBytes).fill(2));
const payload = {
  event_type: "invoice.sent",
  delivery_id: "dlv_019b0000000000000000000000000001",
  occurred_at: "2026-05-11T08:30:12Z",
  org_id: "org_8f9a1c2d",
  data: { event_id: "evt_1", note: "Zürich 🏦", changes: null },
};
const body = JSON.stringify(payload);
const sign = (over: Partial<Parameters<typeof signedHeaders>[0]> = {}) =>
  signedHeaders({
    deliveryId: payload.delivery_id,
    eventType: payload.event_type,
    body,
    secrets: [secret],
    now: testNow,
    ...over,
  });

type Texts = Readonly<Record<string, string>>;
const only = (headers: Texts, prefix: string) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));
const without = (headers: Texts, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name));
const families = [
  ["Standard Webhooks", "webhook-"],
  ["AIBooks", "x-aibooks-"],
] as const;
const seconds = (count: number) => new Date(testNow.getTime() + count * 1000);
const refused = (
  headers: Parameters<typeof verifyWebhook>[0],
  text: string | Uint8Array = body,
  key = secret,
  now = testNow,
) => catchError(() => verifyWebhook(headers, text, key, now));

describe("verifyWebhook", () => {
  it.each(families)("accepts the headers of %s alone", (_name, prefix) => {
    expect(verifyWebhook(only(sign(), prefix), body, secret, testNow)).toEqual(payload);
  });

  it("accepts both families of headers", () => {
    expect(verifyWebhook(sign(), body, secret, testNow)).toEqual(payload);
  });

  it("uses the current time when no time is given", () => {
    expect(verifyWebhook(sign({ now: new Date() }), body, secret)).toEqual(payload);
    expect(catchError(() => verifyWebhook(sign({ now: new Date(0) }), body, secret)).message).toMatch(/5 minutes old/);
  });

  it("accepts header names in any case and in any container", () => {
    const upper = Object.fromEntries(Object.entries(sign()).map(([name, value]) => [name.toUpperCase(), value]));
    const node = { ...sign(), "set-cookie": ["a=b"], "x-absent": undefined };
    for (const headers of [upper, node, new Headers(sign())]) {
      expect(verifyWebhook(headers, body, secret, testNow)).toEqual(payload);
    }
  });

  it("accepts the body as text and as bytes", () => {
    for (const received of [body, Buffer.from(body), new TextEncoder().encode(body)]) {
      expect(verifyWebhook(sign(), received, secret, testNow)).toEqual(payload);
    }
  });

  it.each(families)("accepts each secret of a rotation in the headers of %s", (_name, prefix) => {
    const headers = only(sign({ secrets: [another, secret] }), prefix);
    expect([secret, another].map((key) => verifyWebhook(headers, body, key, testNow))).toEqual([payload, payload]);
  });

  it("accepts a signature of the standardwebhooks package", () => {
    const headers = {
      "webhook-id": payload.delivery_id,
      "webhook-timestamp": String(testNow.getTime() / 1000),
      "webhook-signature": new Webhook(secret).sign(payload.delivery_id, testNow, body),
    };
    expect(verifyWebhook(headers, body, secret, testNow)).toEqual(payload);
  });

  it("ignores signatures of other versions", () => {
    const headers = sign();
    const signature = `v1a,${"A".repeat(86)}== ${headers["webhook-signature"]} v2,x`;
    expect(verifyWebhook({ ...headers, "webhook-signature": signature }, body, secret, testNow)).toEqual(payload);
  });
});

describe.each(families)("verifyWebhook with the headers of %s", (_name, prefix) => {
  const headers = only(sign(), prefix);
  const signature = `${prefix}signature`;

  it.each([300, -300])("accepts a time that is %i seconds off", (count) => {
    expect(verifyWebhook(headers, body, secret, seconds(count))).toEqual(payload);
  });

  it("rejects a time more than 5 minutes in the past or the future", () => {
    expect(refused(headers, body, secret, seconds(301)).message).toMatch(/5 minutes old/);
    expect(refused(headers, body, secret, seconds(-301)).message).toMatch(/5 minutes ahead/);
  });

  it.each(Object.keys(headers).filter((name) => !name.endsWith("-event")))(
    "rejects a request without the header %s",
    (name) => {
      const error = refused(without(headers, name));
      const missing = name === "webhook-signature" ? "x-aibooks-delivery" : name;
      expect([error.code, error.message]).toEqual(["unauthenticated", `The header ${missing} is missing.`]);
    },
  );

  it("rejects another secret", () => {
    expect(refused(headers, body, another).message).toMatch(/No signature matches/);
  });

  it("(property) rejects a body with any bit changed", () => {
    const bytes = Buffer.from(body);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        expect(refused(headers, changed).message).toMatch(/No signature matches/);
      }),
    );
  });

  it("rejects a body with bytes added or removed", () => {
    for (const changed of [`${body} `, ` ${body}`, `\uFEFF${body}`, body.slice(0, -1), ""]) {
      expect(refused(headers, changed).message).toMatch(/No signature matches/);
    }
  });

  it("(property) rejects a signature, time or id with any character changed", () => {
    const names = Object.keys(headers).filter((name) => !name.endsWith("-event"));
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom(..."aZ09 ,=+"), (name, offset, character) => {
        const value = headers[name] ?? "";
        const at = offset % value.length;
        const changed = `${value.slice(0, at)}${character}${value.slice(at + 1)}`;
        fc.pre(changed !== value);
        expect(refused({ ...headers, [name]: changed }).code).toBe("unauthenticated");
      }),
    );
  });

  it.each(["", "v1", "v1,", "v1=", "v1,undefined", "v0,x", ",", " ", "t=1780315230", "t=1780315230,v1="])(
    "rejects the signature %j",
    (value) => expect(refused({ ...headers, [signature]: value }).code).toBe("unauthenticated"),
  );

  it.each(["soon", "-1", "1780315230.5", "1e9", "0x6a", "99999999999999", "NaN"])("rejects the time %j", (time) => {
    const signed =
      prefix === "webhook-"
        ? `v1,${standardSignature(secret, payload.delivery_id, time, body)}`
        : `t=${time},v1=${aibooksSignature(secret, time, body)}`;
    const error = refused({ ...headers, [`${prefix}timestamp`]: time, [signature]: signed });
    expect(error.message).toMatch(/Unix seconds|5 minutes/);
  });

  it("rejects an id that is not the one in the body", () => {
    const error = refused(only(sign({ deliveryId: "dlv_of_another" }), prefix));
    expect([error.code, error.message]).toEqual(["unauthenticated", expect.stringMatching(/delivery_id/)]);
  });

  it.each(["", "null", "[]", "not json", '{"delivery_id":1}', `{"delivery_id":"${payload.delivery_id}"}`])(
    "rejects the signed body %j",
    (text) => expect(refused(only(sign({ body: text }), prefix), text).code).toBe("unauthenticated"),
  );
});

describe("verifyWebhook with both families of headers", () => {
  it("rejects the request when one of the signatures is wrong", () => {
    const good = sign();
    const forged = sign({ secrets: [another] });
    const bad = { ...good, "webhook-signature": forged["webhook-signature"] ?? "" };
    expect(refused(bad).message).toMatch(/No signature matches/);
    expect(refused({ ...good, "webhook-signature": "" }).message).toMatch(/webhook-signature is missing/);
  });

  it("does not reveal the secret in its error", () => {
    const error = refused(sign(), `${body} `);
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(secret.slice(6, 16));
  });

  it("throws `invalid_value` for an invalid secret although the signature is valid", () => {
    expect(refused(sign(), body, "whsec_short").code).toBe("invalid_value");
  });
});
