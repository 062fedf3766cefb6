/** The body of a delivery. The JSON Schema of it is served at `/schemas/webhook.json`. */
export type WebhookPayload = {
  /** `{entity}.{verb}`, such as `invoice.sent`. The vocabulary is open: respond with 2xx to unknown types. */
  readonly event_type: string;
  /** The same for all attempts: store it under a unique key, and ignore a delivery that you know. */
  readonly delivery_id: string;
  /**
   * The number of the event in the log of its organisation; `null` for a test, and for a replay that does not know it.
   * Deliveries have no order and filters leave out events: a gap among deliveries means nothing.
   */
  readonly sequence: number | null;
  /** When the event got its number; `null` together with `sequence`. */
  readonly sealed_at: string | null;
  readonly occurred_at: string;
  readonly org_id: string;
  /** Only in a test delivery, whose event is invented: do not book it. */
  readonly test?: true;
  readonly data: WebhookEvent;
};

/** The event, as `GET /api/public/v1/activity` returns it. */
export type WebhookEvent = {
  readonly event_id: string;
  /** Words in upper case, such as `INVOICE_SENT`. The vocabulary is open. */
  readonly action: string;
  readonly entity_type: string;
  readonly entity_id: string;
  /** The number of the document for people, such as `INV-2026-0042`. */
  readonly entity_ref: string | null;
  /** `null` for the system, schedules and customer portals. */
  readonly actor_user_id: string | null;
  readonly changes: Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>> | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly occurred_at: string;
};

/** The headers of a request: a `Headers` of `fetch`, or a record of Node or AWS Lambda, with names in any case. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export type VerifyWebhookOptions = {
  /** The present time; for tests. */
  readonly now?: Date;
  /** How old, or how far ahead, a signature may be: 300 seconds by default. */
  readonly toleranceSeconds?: number;
};

/** Why a request is not a valid delivery. */
export type WebhookVerificationReason =
  | "body_too_large"
  | "missing_header"
  | "invalid_timestamp"
  | "timestamp_too_old"
  | "timestamp_too_new"
  | "invalid_signature"
  | "different_delivery_id"
  | "invalid_payload";

/** A request is not a valid delivery: respond with 400. */
export class WebhookVerificationError extends Error {
  override readonly name = "WebhookVerificationError";
  readonly reason: WebhookVerificationReason;

  constructor(reason: WebhookVerificationReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Verifies the signature and the age of a delivery, and returns its payload. `body` must be what was received, not parsed
 * JSON. Pass both secrets while one is rotated. Of the two signatures of a request, that of Standard Webhooks is verified
 * if the request has it, else that of AIBooks.
 * Throws `WebhookVerificationError` if the request is not a valid delivery, and `TypeError` for an invalid secret or body.
 *
 * @example
 * const { event_type, delivery_id, data } = await verifyWebhook(await request.text(), request.headers, secret);
 */
export async function verifyWebhook(
  body: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secrets: string | readonly string[] | undefined,
  { now = new Date(), toleranceSeconds = 300 }: VerifyWebhookOptions = {},
): Promise<WebhookPayload> {
  const bytes = toBytes(body);
  if (bytes.length > maxBodyBytes) {
    throw new WebhookVerificationError("body_too_large", `The body has more than ${maxBodyBytes} bytes.`);
  }
  const keys = parseSecrets(secrets);
  const header = headerReader(headers);
  // Without a fallback to the other signature: it would let an attacker who can forge the weaker one add it.
  const isAibooks = header("webhook-signature") === null && aibooksHeaders.some((name) => header(name) !== null);
  const signed = isAibooks ? readAibooks(header) : readStandard(header);
  await assertSignature(signed, bytes, keys);
  assertFresh(signed.timestamp, now, toleranceSeconds);
  const payload = parsePayload(bytes);
  if (payload.delivery_id === signed.id) return payload;
  throw new WebhookVerificationError(
    "different_delivery_id",
    "The id in the headers differs from the delivery_id in the body.",
  );
}

/** Well above the largest delivery, whose event has 64 KB. Each signature costs a hash of the whole body. */
const maxBodyBytes = 1_048_576;

type Bytes = Uint8Array<ArrayBuffer>;

/** Both keys of a signing secret. */
type SecretKeys = Readonly<Record<Scheme, Bytes>>;

type Scheme = "standard" | "aibooks";

/** What the headers of a request say about it. */
type SignedRequest = {
  readonly scheme: Scheme;
  readonly id: string;
  readonly timestamp: string;
  /** What is signed before the body. */
  readonly prefix: string;
  readonly signatures: readonly (Bytes | null)[];
};

type HeaderReader = (name: string) => string | null;

function toBytes(body: unknown): Bytes {
  if (typeof body === "string") return encode(body);
  if (body instanceof ArrayBuffer || body instanceof Uint8Array) return new Uint8Array(body);
  throw new TypeError("The body must be the received text or bytes: verify it before it is parsed.");
}

/** The key of Standard Webhooks is what the secret encodes, 24 to 64 bytes; the key of AIBooks is its text. */
function parseSecrets(secrets: string | readonly string[] | undefined): SecretKeys[] {
  const texts = typeof secrets === "string" ? [secrets] : (secrets ?? []);
  if (texts.length === 0) throw new TypeError("The signing secret is missing.");
  return texts.map((text) => {
    const standard = text.startsWith("whsec_") ? decodeBase64(text.slice("whsec_".length)) : null;
    if (standard === null || standard.length < 24 || standard.length > 64) {
      throw new TypeError("Invalid signing secret. Pass the full secret, including the whsec_ prefix.");
    }
    return { standard, aibooks: encode(text) };
  });
}

/** Returns a function that returns a header by its name in lower case; `null` if it is absent. */
function headerReader(headers: WebhookHeaders): HeaderReader {
  if (isFetchHeaders(headers)) return (name) => headers.get(name);
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => values.get(name)?.toString() ?? null;
}

function isFetchHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === "function";
}

/** Reads the headers of Standard Webhooks, which sign the id, the time and the body. */
function readStandard(header: HeaderReader): SignedRequest {
  const id = required(header, "webhook-id");
  const timestamp = required(header, "webhook-timestamp");
  const signatures = required(header, "webhook-signature").split(" ");
  return {
    scheme: "standard",
    id,
    timestamp,
    prefix: `${id}.${timestamp}.`,
    signatures: signatures.map((text) => (text.startsWith("v1,") ? decodeBase64(text.slice(3)) : null)),
  };
}

const aibooksHeaders = ["x-aibooks-delivery", "x-aibooks-timestamp", "x-aibooks-signature"];

/** Reads the headers of AIBooks, which sign the time and the body, which contains the id. */
function readAibooks(header: HeaderReader): SignedRequest {
  const id = required(header, "x-aibooks-delivery");
  const timestamp = required(header, "x-aibooks-timestamp");
  const [signedAt, ...signatures] = required(header, "x-aibooks-signature").split(",");
  if (signedAt !== `t=${timestamp}`) {
    throw new WebhookVerificationError("invalid_timestamp", "X-AIBooks-Timestamp differs from the signed time.");
  }
  return {
    scheme: "aibooks",
    id,
    timestamp,
    prefix: `${timestamp}.`,
    signatures: signatures.map((text) => (text.startsWith("v1=") ? decodeHex(text.slice(3)) : null)),
  };
}

function required(header: HeaderReader, name: string): string {
  const value = header(name);
  if (value !== null && value !== "") return value;
  throw new WebhookVerificationError("missing_header", `The header ${name} is missing.`);
}

/** A request has one signature for each secret. More than these would only cost time: each hashes the whole body. */
const maxSignatures = 16;

async function assertSignature(
  { scheme, prefix, signatures }: SignedRequest,
  body: Bytes,
  secrets: readonly SecretKeys[],
): Promise<void> {
  // Node 18 has no global `crypto`.
  const { subtle } = globalThis.crypto ?? (await import("node:crypto")).webcrypto;
  const head = encode(prefix);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  const candidates = signatures.filter((signature) => signature !== null).slice(0, maxSignatures);
  for (const secret of secrets) {
    const key = await subtle.importKey("raw", secret[scheme], { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const signature of candidates) {
      // Compares in constant time.
      if (await subtle.verify("HMAC", key, signature, signed)) return;
    }
  }
  throw new WebhookVerificationError(
    "invalid_signature",
    "No signature matches. Check the secret, and pass the received bytes of the body.",
  );
}

function assertFresh(timestamp: string, now: Date, toleranceSeconds: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookVerificationError("invalid_timestamp", "The timestamp must be in Unix seconds.");
  }
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp);
  // With NaN, every comparison below would be false, and every age valid.
  if (Number.isNaN(age)) throw new TypeError("now is an invalid date.");
  if (!(toleranceSeconds >= 0)) throw new TypeError("toleranceSeconds must be a number from 0 on.");
  if (age > toleranceSeconds) {
    const message = `The timestamp is more than ${toleranceSeconds} seconds old. The request may be a replay.`;
    throw new WebhookVerificationError("timestamp_too_old", message);
  }
  if (age < -toleranceSeconds) {
    const message = `The timestamp is more than ${toleranceSeconds} seconds ahead. Check this machine's clock.`;
    throw new WebhookVerificationError("timestamp_too_new", message);
  }
}

function parsePayload(body: Bytes): WebhookPayload {
  try {
    const payload: unknown = JSON.parse(new TextDecoder().decode(body));
    // Servers of earlier releases leave out both.
    const complete = isObject(payload) ? { sequence: null, sealed_at: null, ...payload } : payload;
    if (isPayload(complete)) return complete;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  const message = "The signature is valid, but the body is not a delivery of the activity log.";
  throw new WebhookVerificationError("invalid_payload", message);
}

function isPayload(value: unknown): value is WebhookPayload {
  return (
    isObject(value) &&
    areTexts(value, ["event_type", "delivery_id", "occurred_at", "org_id"]) &&
    (value.sequence === null || typeof value.sequence === "number") &&
    (value.sealed_at === null || typeof value.sealed_at === "string") &&
    (value.test === undefined || value.test === true) &&
    isEvent(value.data)
  );
}

function isEvent(value: unknown): value is WebhookEvent {
  return (
    isObject(value) &&
    areTexts(value, ["event_id", "action", "entity_type", "entity_id", "occurred_at"]) &&
    (value.entity_ref === null || typeof value.entity_ref === "string") &&
    (value.actor_user_id === null || typeof value.actor_user_id === "string") &&
    (value.changes === null || (isObject(value.changes) && Object.values(value.changes).every(isChange))) &&
    isObject(value.metadata)
  );
}

function isChange(value: unknown): boolean {
  return isObject(value) && "old" in value && "new" in value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areTexts(value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === "string");
}

function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Decodes base64 with its padding; `null` for any other text. */
function decodeBase64(text: string): Bytes | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  const binary = atob(text);
  return btoa(binary) === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : null;
}

function decodeHex(text: string): Bytes | null {
  if (!/^(?:[0-9a-f]{2})+$/.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
