import { createHmac } from "node:crypto";
import { secretKey } from "#shared/webhooks/endpoints/signing-secret.ts";

export type Signing = {
  readonly deliveryId: string;
  readonly eventType: string;
  /** Exactly what is sent. */
  readonly body: string;
  /** Newest first; more than one while secrets are rotated. */
  readonly secrets: readonly string[];
  readonly now: Date;
};

/**
 * The headers of one attempt, names in lower case: those of Standard Webhooks and those of AIBooks, each signed with
 * every secret. Throws `ActivityError` `invalid_value` for a secret that is none, and `RangeError` where there is none
 * at all.
 */
export function signedHeaders({ deliveryId, eventType, body, secrets, now }: Signing): Record<string, string> {
  if (secrets.length === 0) throw new RangeError("A delivery must be signed with one secret at least.");
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const standard = secrets.map((secret) => `v1,${standardSignature(secret, deliveryId, timestamp, body)}`);
  const aibooks = secrets.map((secret) => `v1=${aibooksSignature(secret, timestamp, body)}`);
  return {
    "content-type": "application/json",
    "user-agent": "AIBooks-Webhooks/1.0",
    "webhook-id": deliveryId,
    "webhook-timestamp": timestamp,
    "webhook-signature": standard.join(" "),
    "x-aibooks-event": eventType,
    "x-aibooks-delivery": deliveryId,
    "x-aibooks-timestamp": timestamp,
    "x-aibooks-signature": `t=${timestamp},${aibooks.join(",")}`,
  };
}

/** Standard Webhooks, "Signature scheme": HMAC-SHA256 over `id.timestamp.body`, in base64. */
export function standardSignature(secret: string, id: string, timestamp: string, body: string | Uint8Array): string {
  // As text, which Node takes at once: of bytes it first finds out, at several times the price, that they are no key.
  const key = secretKey(secret).toString("latin1");
  return createHmac("sha256", key, { encoding: "latin1" }).update(`${id}.${timestamp}.`).update(body).digest("base64");
}

/** AIBooks: HMAC-SHA256 over `timestamp.body`, in hexadecimal. The key is the secret's text as it was shown. */
export function aibooksSignature(secret: string, timestamp: string, body: string | Uint8Array): string {
  return createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
}
