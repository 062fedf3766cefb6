import { createHmac } from "node:crypto";
import { parseSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";

export type SigningInput = {
  readonly deliveryId: string;
  readonly eventType: string;
  /** The exact text that is sent. */
  readonly body: string;
  /** Newest first; several during a rotation. */
  readonly secrets: readonly string[];
  readonly now: Date;
};

/**
 * Returns the headers of one attempt, names in lower case: those of Standard Webhooks and of AIBooks, each signed with
 * every secret. Throws `ActivityError` `invalid_value` for an invalid secret, and `RangeError` without a secret.
 */
export function signedHeaders({ deliveryId, eventType, body, secrets, now }: SigningInput): Record<string, string> {
  if (secrets.length === 0) throw new RangeError("A delivery must be signed with at least one secret.");
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

/** Returns the signature of Standard Webhooks ("Signature scheme"): HMAC-SHA256 over `id.timestamp.body`, in base64. */
export function standardSignature(secret: string, id: string, timestamp: string, body: string | Uint8Array): string {
  // Pass a string: with a Buffer, createHmac first probes for a KeyObject, which is several times slower.
  const key = parseSigningSecret(secret).toString("latin1");
  return createHmac("sha256", key, { encoding: "latin1" }).update(`${id}.${timestamp}.`).update(body).digest("base64");
}

/** Returns the signature of AIBooks: HMAC-SHA256 over `timestamp.body`, in hexadecimal. The key is the text of the secret. */
export function aibooksSignature(secret: string, timestamp: string, body: string | Uint8Array): string {
  return createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
}
