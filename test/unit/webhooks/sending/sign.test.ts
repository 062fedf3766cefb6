import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import {
  formatSigningSecret,
  parseSigningSecret,
  signingSecretBytes,
} from "#shared/webhooks/endpoints/signing-secret.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { testNow } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const secretOf = (byte: number) => formatSigningSecret(new Uint8Array(signingSecretBytes).fill(byte));
const signing = {
  deliveryId: "dlv_019b0000000000000000000000000001",
  eventType: "invoice.sent",
  body: '{"event_type":"invoice.sent","note":"Zürich 🏦"}',
  secrets: [secretOf(1)],
  now: testNow,
};

describe("formatSigningSecret and parseSigningSecret", () => {
  it("format 32 bytes as base64 with the prefix whsec_, and parse them", () => {
    expect(secretOf(0)).toBe("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    expect(parseSigningSecret(secretOf(7))).toEqual(Buffer.alloc(32, 7));
  });

  it("throw for fewer than 32 bytes", () => expect(() => formatSigningSecret(new Uint8Array(31))).toThrow(RangeError));

  it.each([24, 64])("accept secrets of other senders with %i bytes", (length) => {
    const key = Buffer.alloc(length, 9);
    expect(parseSigningSecret(`whsec_${key.toString("base64")}`)).toEqual(key);
  });

  it.each([
    "",
    "whsec_",
    "whsec_AAAA",
    secretOf(7).slice("whsec_".length),
    secretOf(7).slice(0, -1),
    `${secretOf(7)} `,
    secretOf(7).replace("whsec_", "WHSEC_"),
    secretOf(0xff).replaceAll("/", "_"),
    `whsec_${Buffer.alloc(23, 9).toString("base64")}`,
    `whsec_${Buffer.alloc(65, 9).toString("base64")}`,
  ])("reject %j without repeating it", (text) => {
    const { code, message } = catchError(() => parseSigningSecret(text));
    expect(code).toBe("invalid_value");
    if (text.length > 10) expect(message).not.toContain(text.slice(6, 16));
  });
});

describe("signedHeaders", () => {
  it("contains both families of headers, with one timestamp over the same bytes", () => {
    const timestamp = "1780315230";
    const standard = createHmac("sha256", Buffer.alloc(32, 1))
      .update(`${signing.deliveryId}.${timestamp}.${signing.body}`)
      .digest("base64");
    const aibooks = createHmac("sha256", secretOf(1)).update(`${timestamp}.${signing.body}`).digest("hex");
    expect(signedHeaders(signing)).toEqual({
      "content-type": "application/json",
      "user-agent": "AIBooks-Webhooks/1.0",
      "webhook-id": signing.deliveryId,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${standard}`,
      "x-aibooks-event": "invoice.sent",
      "x-aibooks-delivery": signing.deliveryId,
      "x-aibooks-timestamp": timestamp,
      "x-aibooks-signature": `t=${timestamp},v1=${aibooks}`,
    });
  });

  it("contains one signature for each secret during a rotation, the newest first", () => {
    const both = signedHeaders({ ...signing, secrets: [secretOf(2), secretOf(1)] });
    const [newer, older] = [2, 1].map((byte) => signedHeaders({ ...signing, secrets: [secretOf(byte)] }));
    expect(both["webhook-signature"]).toBe(`${newer?.["webhook-signature"]} ${older?.["webhook-signature"]}`);
    const [, olderEntry] = older?.["x-aibooks-signature"]?.split(",") ?? [];
    expect(both["x-aibooks-signature"]).toBe(`${newer?.["x-aibooks-signature"]},${olderEntry}`);
  });

  it("is accepted by the standardwebhooks package with each secret of a rotation", () => {
    const now = new Date();
    const headers = signedHeaders({ ...signing, secrets: [secretOf(2), secretOf(1)], now });
    for (const secret of [secretOf(1), secretOf(2)]) {
      expect(new Webhook(secret).verify(signing.body, headers)).toEqual(JSON.parse(signing.body));
    }
    expect(() => new Webhook(secretOf(3)).verify(signing.body, headers)).toThrow("No matching signature");
  });

  it("throws without a secret", () => {
    expect(() => signedHeaders({ ...signing, secrets: [] })).toThrow(RangeError);
  });

  it("does not contain the secret", () => {
    const shown = JSON.stringify(signedHeaders(signing));
    expect(shown).not.toContain(secretOf(1).slice(6, 16));
  });
});
