import * as z from "zod/mini";
import { isEqual } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { aibooksSignature, standardSignature } from "./sign.ts";

/** The headers of a request, with names in any case: of Node's `http`, Lambda and most frameworks, or of `fetch`. */
export type ReceivedHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const payloadSchema = z.object({
  event_type: z.string(),
  delivery_id: z.string(),
  /** Only in a test delivery, whose event is invented. */
  test: z.optional(z.boolean()),
  occurred_at: z.string(),
  org_id: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** The body of a delivery. `data` is the event as the API renders it. */
export type WebhookPayload = Readonly<z.infer<typeof payloadSchema>>;

/** An older signature can be a replay attack. Clocks may differ by the same time. */
const toleranceSeconds = 5 * 60;

/**
 * For receivers: verifies the signature and the age of a delivery, and returns its payload. `body` must be the received
 * bytes. Throws `ActivityError`: `unauthenticated` if the delivery is not valid, `invalid_value` for an invalid secret.
 */
export function verifyWebhook(
  headers: ReceivedHeaders,
  body: string | Uint8Array,
  secret: string,
  now: Date = new Date(),
): WebhookPayload {
  const received = byLowerCaseName(headers);
  // Without a fallback to the other family of headers: it would let an attacker who can forge the weaker one add it.
  const id = received.has("webhook-signature")
    ? verifyStandard(received, body, secret, now)
    : verifyAibooks(received, body, secret, now);
  const payload = parsePayload(body);
  if (payload.delivery_id !== id) throw refused("The id in the headers differs from the delivery_id in the body.");
  return payload;
}

type Received = ReadonlyMap<string, string>;

function byLowerCaseName(headers: ReceivedHeaders): Received {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return new Map(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), String(value)]])),
  );
}

/** Returns the signed id. */
function verifyStandard(received: Received, body: string | Uint8Array, secret: string, now: Date): string {
  const id = required(received, "webhook-id");
  const timestamp = required(received, "webhook-timestamp");
  const expected = `v1,${standardSignature(secret, id, timestamp, body)}`;
  assertSignature(required(received, "webhook-signature").split(" "), expected);
  assertFresh(timestamp, now);
  return id;
}

/** Returns the id in the headers. Only the body, which contains it as well, is signed. */
function verifyAibooks(received: Received, body: string | Uint8Array, secret: string, now: Date): string {
  const id = required(received, "x-aibooks-delivery");
  const timestamp = required(received, "x-aibooks-timestamp");
  const [signedAt, ...signatures] = required(received, "x-aibooks-signature").split(",");
  if (signedAt !== `t=${timestamp}`) throw refused("X-AIBooks-Timestamp differs from the signed time.");
  assertSignature(signatures, `v1=${aibooksSignature(secret, timestamp, body)}`);
  assertFresh(timestamp, now);
  return id;
}

function required(received: Received, name: string): string {
  const value = received.get(name);
  if (value === undefined || value === "") throw refused(`The header ${name} is missing.`);
  return value;
}

function assertSignature(signatures: readonly string[], expected: string): void {
  if (signatures.some((signature) => isEqual(signature, expected))) return;
  throw refused("No signature matches. Check the secret, and pass the received bytes of the body.");
}

function assertFresh(timestamp: string, now: Date): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw refused("The timestamp must be in Unix seconds.");
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp);
  if (age > toleranceSeconds) throw refused("The timestamp is more than 5 minutes old. The request may be a replay.");
  if (age < -toleranceSeconds) throw refused("The timestamp is more than 5 minutes ahead. Check this machine's clock.");
}

function parsePayload(body: string | Uint8Array): WebhookPayload {
  try {
    return payloadSchema.parse(JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body)));
  } catch (cause) {
    throw new ActivityError(
      "unauthenticated",
      "The signature is valid, but the body is not a webhook payload of this API.",
      { cause },
    );
  }
}

function refused(message: string): ActivityError {
  return new ActivityError("unauthenticated", message);
}
