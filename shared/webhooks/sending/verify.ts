import * as z from "zod/mini";
import { isEqual } from "#shared/auth/token.ts";
import { ActivityError } from "#shared/errors.ts";
import { aibooksSignature, standardSignature } from "./sign.ts";

/** Headers as Node's `http`, Lambda and most frameworks give them, in any case, or as `fetch` does. */
export type ReceivedHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const payload = z.object({
  event_type: z.string(),
  delivery_id: z.string(),
  /** Only in a test, whose event is invented. */
  test: z.optional(z.boolean()),
  occurred_at: z.string(),
  org_id: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** What a delivery tells: an event, in the shape that the API shows it in. */
export type WebhookPayload = Readonly<z.infer<typeof payload>>;

/** A signature older than this may be a replay; clocks may differ by as much. */
const toleranceSeconds = 5 * 60;

/**
 * For receivers: checks that a delivery is genuine and fresh, and gives what it tells. `body` must be the bytes as
 * they were received. Throws `ActivityError`: `unauthenticated` with what is wrong, `invalid_value` for a secret that
 * is none.
 */
export function verify(
  headers: ReceivedHeaders,
  body: string | Uint8Array,
  secret: string,
  now: Date = new Date(),
): WebhookPayload {
  const received = byLowerCaseName(headers);
  // Both families sign the same body with the same secret. Where one does not hold, something was changed; taking the
  // other instead would let whoever can forge the weaker one add it, and be believed.
  const id = received.has("webhook-signature")
    ? checkStandard(received, body, secret, now)
    : checkAibooks(received, body, secret, now);
  const told = read(body);
  if (told.delivery_id !== id) throw refused("The id in the headers is not the delivery_id in the body.");
  return told;
}

type Received = ReadonlyMap<string, string>;

function byLowerCaseName(headers: ReceivedHeaders): Received {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return new Map(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), String(value)]])),
  );
}

/** Answers the id that is signed. */
function checkStandard(received: Received, body: string | Uint8Array, secret: string, now: Date): string {
  const id = required(received, "webhook-id");
  const timestamp = required(received, "webhook-timestamp");
  const expected = `v1,${standardSignature(secret, id, timestamp, body)}`;
  requireMatch(required(received, "webhook-signature").split(" "), expected);
  requireFresh(timestamp, now);
  return id;
}

/** Answers the id that the headers name; only the body, which repeats it, is signed. */
function checkAibooks(received: Received, body: string | Uint8Array, secret: string, now: Date): string {
  const id = required(received, "x-aibooks-delivery");
  const timestamp = required(received, "x-aibooks-timestamp");
  const [signedAt, ...signatures] = required(received, "x-aibooks-signature").split(",");
  if (signedAt !== `t=${timestamp}`) throw refused("X-AIBooks-Timestamp is not the time that was signed.");
  requireMatch(signatures, `v1=${aibooksSignature(secret, timestamp, body)}`);
  requireFresh(timestamp, now);
  return id;
}

function required(received: Received, name: string): string {
  const value = received.get(name);
  if (value === undefined || value === "") throw refused(`The header ${name} is missing.`);
  return value;
}

function requireMatch(signatures: readonly string[], expected: string): void {
  if (signatures.some((signature) => isEqual(signature, expected))) return;
  throw refused("No signature matches: the secret is another one, or the body is not the bytes that were received.");
}

function requireFresh(timestamp: string, now: Date): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw refused("The timestamp must be in Unix seconds.");
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp);
  if (age > toleranceSeconds) throw refused("The timestamp is more than 5 minutes old: it may be a replay.");
  if (age < -toleranceSeconds) throw refused("The timestamp is more than 5 minutes ahead: check this machine's clock.");
}

function read(body: string | Uint8Array): WebhookPayload {
  try {
    return payload.parse(JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body)));
  } catch (cause) {
    throw new ActivityError("unauthenticated", "The body is signed, but it is no delivery of this API.", { cause });
  }
}

function refused(message: string): ActivityError {
  return new ActivityError("unauthenticated", message);
}
