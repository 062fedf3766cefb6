import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookHeaders,
  WebhookVerificationError,
} from "#clients/webhooks/verify-webhook.ts";
import { formatSigningSecret, signingSecretBytes } from "#shared/webhooks/endpoints/signing-secret.ts";
import { aibooksSignature, signedHeaders, standardSignature } from "#shared/webhooks/sending/sign.ts";
import { testNow } from "#test/support/builders.ts";

const secret = formatSigningSecret(new Uint8Array(signingSecretBytes).fill(1));
const another = formatSigningSecret(new Uint8Array(signingSecretBytes).fill(2));
const payload = {
  event_type: "invoice.sent",
  delivery_id: "dlv_019b0000000000000000000000000001",
  sequence: 4_711,
  sealed_at: "2026-05-11T08:30:12.204Z",
  occurred_at: "2026-05-11T08:30:12Z",
  org_id: "org_8f9a1c2d",
  data: {
    event_id: "evt_1",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_1",
    entity_ref: null,
    actor_user_id: "usr_1",
    changes: { status: { old: "DRAFT", new: null } },
    metadata: { note: "Zürich 🏦" },
    occurred_at: "2026-05-11T08:30:12Z",
  },
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

const verified = (
  headers: WebhookHeaders,
  received: string | Uint8Array | ArrayBuffer = body,
  secrets: string | readonly string[] | undefined = secret,
  options: VerifyWebhookOptions = {},
) => verifyWebhook(received, headers, secrets, { now: testNow, ...options });

/** Returns the error with which a request is refused. */
async function refused(...request: Parameters<typeof verified>): Promise<WebhookVerificationError> {
  const error: unknown = await verified(...request).catch((reason: unknown) => reason);
  if (error instanceof WebhookVerificationError) return error;
  throw new Error("The request was not refused.", { cause: error });
}

describe("verifyWebhook", () => {
  it.each(families)("returns the payload when only the headers of %s are there", async (_name, prefix) => {
    expect(await verified(only(sign(), prefix))).toEqual(payload);
  });

  it("returns the payload when both families of headers are there", async () => {
    expect(await verified(sign())).toEqual(payload);
  });

  it("returns the mark of a test delivery", async () => {
    const test = JSON.stringify({ ...payload, test: true });
    expect(await verified(sign({ body: test }), test)).toEqual({ ...payload, test: true });
  });

  it("uses the current time when no time is given", async () => {
    expect(await verifyWebhook(body, sign({ now: new Date() }), secret)).toEqual(payload);
    await expect(verifyWebhook(body, sign({ now: new Date(0) }), secret)).rejects.toThrow(/300 seconds old/);
  });

  it("accepts header names in any case and in any container", async () => {
    const upper = Object.fromEntries(Object.entries(sign()).map(([name, value]) => [name.toUpperCase(), value]));
    const node = { ...sign(), "set-cookie": ["a=b"], "x-absent": undefined };
    const lists = Object.fromEntries(Object.entries(sign()).map(([name, value]) => [name, [value]]));
    for (const headers of [upper, node, lists, new Headers(sign()), { ...sign(), get: "a header of this name" }]) {
      expect(await verified(headers)).toEqual(payload);
    }
  });

  it("accepts the body as text and as bytes", async () => {
    const bytes = new TextEncoder().encode(body);
    const part = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
    for (const received of [body, Buffer.from(body), bytes, part, bytes.buffer]) {
      expect(await verified(sign(), received)).toEqual(payload);
    }
  });

  it.each(families)("accepts each secret of a rotation in the headers of %s", async (_name, prefix) => {
    const headers = only(sign({ secrets: [another, secret] }), prefix);
    for (const key of [secret, another]) expect(await verified(headers, body, key)).toEqual(payload);
  });

  it.each(families)("accepts the headers of %s when any of its secrets signed them", async (_name, prefix) => {
    const headers = only(sign(), prefix);
    for (const secrets of [
      [secret, another],
      [another, secret],
    ]) {
      expect(await verified(headers, body, secrets)).toEqual(payload);
    }
    expect((await refused(headers, body, [another])).reason).toBe("invalid_signature");
  });

  it("accepts a signature of the standardwebhooks package", async () => {
    const headers = {
      "webhook-id": payload.delivery_id,
      "webhook-timestamp": String(testNow.getTime() / 1000),
      "webhook-signature": new Webhook(secret).sign(payload.delivery_id, testNow, body),
    };
    expect(await verified(headers)).toEqual(payload);
  });

  it("ignores signatures of other versions", async () => {
    const headers = sign();
    const signature = `v1a,${"A".repeat(86)}== ${headers["webhook-signature"]} v2,x`;
    expect(await verified({ ...headers, "webhook-signature": signature })).toEqual(payload);
  });

  it("verifies 16 signatures at most, so that a request cannot cost more", async () => {
    const headers = sign();
    const own = headers["webhook-signature"] ?? "";
    const others = (count: number) => Array.from({ length: count }, () => `v1,${"A".repeat(43)}=`);
    expect(await verified({ ...headers, "webhook-signature": [...others(15), own].join(" ") })).toEqual(payload);
    const tooMany = { ...headers, "webhook-signature": [...others(16), own].join(" ") };
    expect((await refused(tooMany)).reason).toBe("invalid_signature");
  });

  it.each([undefined, [], "", "whsec_", "whsec_short", `whsec_${"A".repeat(100)}`, secret.slice(6), `${secret} `])(
    "throws a TypeError for the secret %j, although the request is valid",
    async (key) => {
      const error: unknown = await verifyWebhook(body, sign(), key, { now: testNow }).catch((reason) => reason);
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toMatch(/secret/);
    },
  );

  it.each([Number.NaN, -1])("throws a TypeError for the tolerance %d", async (toleranceSeconds) => {
    await expect(verified(sign(), body, secret, { toleranceSeconds })).rejects.toThrow(TypeError);
  });

  it("throws a TypeError for an invalid date", async () => {
    await expect(verified(sign(), body, secret, { now: new Date("soon") })).rejects.toThrow(TypeError);
  });

  it("names a header of Standard Webhooks for a request without any signature", async () => {
    const error = await refused({ "content-type": "application/json" });
    expect([error.reason, error.message]).toEqual(["missing_header", "The header webhook-id is missing."]);
  });

  it("refuses a body above a megabyte before it verifies any signature", async () => {
    const atLimit = await refused(sign(), new Uint8Array(1_048_576));
    const above = await refused(sign(), new Uint8Array(1_048_577));
    expect([atLimit.reason, above.reason]).toEqual(["invalid_signature", "body_too_large"]);
  });

  it.each([[payload], [null], [undefined], [[1]]])("throws a TypeError for the parsed body %j", async (parsed) => {
    const received = JSON.parse(JSON.stringify({ parsed })).parsed;
    await expect(verifyWebhook(received, sign(), secret, { now: testNow })).rejects.toThrow(
      new TypeError("The body must be the received text or bytes: verify it before it is parsed."),
    );
  });
});

describe.each(families)("verifyWebhook with the headers of %s", (_name, prefix) => {
  const headers = only(sign(), prefix);
  const signature = `${prefix}signature`;
  const signedNames = Object.keys(headers).filter((name) => !name.endsWith("-event"));

  it.each([300, -300])("accepts a time that is %i seconds off", async (count) => {
    expect(await verified(headers, body, secret, { now: seconds(count) })).toEqual(payload);
  });

  it("refuses a time more than 5 minutes in the past or the future", async () => {
    const old = await refused(headers, body, secret, { now: seconds(301) });
    expect([old.reason, old.message]).toEqual(["timestamp_too_old", expect.stringMatching(/300 seconds old/)]);
    const ahead = await refused(headers, body, secret, { now: seconds(-301) });
    expect([ahead.reason, ahead.message]).toEqual(["timestamp_too_new", expect.stringMatching(/300 seconds ahead/)]);
  });

  it("refuses by another tolerance", async () => {
    const options = { toleranceSeconds: 3_600, now: seconds(3_600) };
    expect(await verified(headers, body, secret, options)).toEqual(payload);
    expect((await refused(headers, body, secret, { ...options, now: seconds(3_601) })).reason).toBe(
      "timestamp_too_old",
    );
  });

  it.each(signedNames)("refuses a request without the header %s", async (name) => {
    const error = await refused(without(headers, name));
    expect([error.reason, error.message]).toEqual(["missing_header", `The header ${name} is missing.`]);
  });

  it.each(signedNames)("refuses a request with an empty header %s", async (name) => {
    const error = await refused({ ...headers, [name]: "" });
    expect([error.reason, error.message]).toEqual(["missing_header", `The header ${name} is missing.`]);
  });

  it("refuses another secret", async () => {
    expect((await refused(headers, body, another)).reason).toBe("invalid_signature");
  });

  it("(property) refuses a body with any bit changed", async () => {
    const bytes = Buffer.from(body);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        expect((await refused(headers, changed)).reason).toBe("invalid_signature");
      }),
    );
  });

  it("refuses a body with bytes added or removed", async () => {
    for (const changed of [`${body} `, ` ${body}`, `\uFEFF${body}`, body.slice(0, -1), ""]) {
      expect((await refused(headers, changed)).reason).toBe("invalid_signature");
    }
  });

  it("(property) refuses a signature, time or id with any character changed", async () => {
    const characters = fc.constantFrom(..."aZ09 ,=+");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signedNames), fc.nat(), characters, async (name, offset, character) => {
        const value = headers[name] ?? "";
        const at = offset % value.length;
        const changed = `${value.slice(0, at)}${character}${value.slice(at + 1)}`;
        fc.pre(changed !== value);
        await refused({ ...headers, [name]: changed });
      }),
    );
  });

  it.each(["v1", "v1,", "v1=", "v1,undefined", "v0,x", ",", " ", "t=1780315230", "t=1780315230,v1="])(
    "refuses the signature %j",
    async (value) => {
      const { reason } = await refused({ ...headers, [signature]: value });
      expect(["invalid_signature", "invalid_timestamp"]).toContain(reason);
    },
  );

  it.each(["soon", "-1", "1780315230.5", "1e9", "0x6a", "99999999999999", "NaN"])(
    "refuses the time %j",
    async (time) => {
      const signed =
        prefix === "webhook-"
          ? `v1,${standardSignature(secret, payload.delivery_id, time, body)}`
          : `t=${time},v1=${aibooksSignature(secret, time, body)}`;
      const error = await refused({ ...headers, [`${prefix}timestamp`]: time, [signature]: signed });
      expect(error.reason).toBe("invalid_timestamp");
    },
  );

  it("refuses an id that is not the one in the body", async () => {
    const error = await refused(only(sign({ deliveryId: "dlv_of_another" }), prefix));
    expect(error.reason).toBe("different_delivery_id");
  });

  it.each(["", "null", "[]", "not json", '{"delivery_id":1}', `{"delivery_id":"${payload.delivery_id}"}`])(
    "refuses the signed body %j",
    async (text) => {
      const error = await refused(only(sign({ body: text }), prefix), text);
      expect(error.reason).toBe("invalid_payload");
    },
  );
});

describe("verifyWebhook with both families of headers", () => {
  it("refuses the request when one of the signatures is wrong", async () => {
    const good = sign();
    const forged = sign({ secrets: [another] });
    const bad = { ...good, "webhook-signature": forged["webhook-signature"] ?? "" };
    expect((await refused(bad)).reason).toBe("invalid_signature");
    expect((await refused({ ...good, "webhook-signature": "" })).message).toMatch(/webhook-signature is missing/);
  });

  it("does not reveal the secret in its error", async () => {
    const error = await refused(sign(), `${body} `);
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(secret.slice(6, 16));
  });
});
