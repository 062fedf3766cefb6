import * as z from "zod/mini";
import { ActivityError } from "#shared/errors.ts";
import { parseJson } from "#shared/platform/json.ts";
import type { EncryptedHeaders, Endpoint, SecretEncryption } from "./endpoint.ts";

/** Headers that an endpoint's owner adds to each request, for a gateway in front of the receiver. */
export type StaticHeaders = Readonly<Record<string, string>>;

export const maxHeaders = 10;
export const maxHeaderNameLength = 100;
export const maxHeaderValueLength = 1_024;

/** Maximum length of all values together. */
export const maxHeaderValuesLength = 4_096;

/** A token (RFC 9110, section 5.6.2). */
export const headerNamePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Visible ASCII; spaces only in between, as in `Bearer …`. */
const headerValuePattern = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Headers that the sender sets, that belong to a connection (RFC 9110, section 7.6.1), or that change how Node sends. */
const reservedNames = new Set([
  ...["host", "user-agent", "accept-encoding", "expect", "trailer", "te", "transfer-encoding"],
  ...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
  ...["upgrade", "http2-settings"],
]);

/** Headers that describe the content, or by which signatures are verified. */
const reservedPrefixes = ["content-", "webhook-", "svix-", "x-aibooks-"];

/**
 * Validates headers that a caller sets. Throws `ActivityError` `invalid_value` for the field `headers`. No message
 * contains a value.
 */
export function validateStaticHeaders(headers: StaticHeaders): StaticHeaders {
  const names = Object.keys(headers);
  if (names.length > maxHeaders) throw headersError(`headers must have at most ${maxHeaders} entries`);
  for (const name of names) assertHeaderName(name);
  const duplicate = names.find((name, at) => names.slice(0, at).some((other) => isSameName(name, other)));
  if (duplicate !== undefined)
    throw headersError(`headers must not contain ${duplicate} twice; names are case-insensitive`);
  for (const [name, value] of Object.entries(headers)) assertHeaderValue(name, value);
  const length = Object.values(headers).reduce((sum, value) => sum + value.length, 0);
  if (length > maxHeaderValuesLength) {
    throw headersError(`headers must have at most ${maxHeaderValuesLength} characters in all values together`);
  }
  return headers;
}

/** Encrypts headers for an endpoint. Returns `null` for no headers. */
export async function encryptHeaders(
  encryption: Pick<SecretEncryption, "encrypt">,
  headers: StaticHeaders | null,
  endpoint: Pick<Endpoint, "org_id" | "endpoint_id">,
): Promise<EncryptedHeaders | null> {
  const names = Object.keys(headers ?? {});
  if (names.length === 0) return null;
  return { names, sealed: await encryption.encrypt(JSON.stringify(headers), endpoint, "headers") };
}

const headersSchema = z.record(z.string(), z.string());

/**
 * Decrypts the headers of an endpoint. Omits names that have become reserved since, so that no header is sent twice.
 * Throws if they are damaged; the error contains nothing of them.
 */
export async function decryptHeaders(
  encryption: Pick<SecretEncryption, "decrypt">,
  endpoint: Endpoint,
): Promise<StaticHeaders> {
  if (endpoint.headers === null) return {};
  const text = await encryption.decrypt(endpoint.headers.sealed, endpoint, "headers");
  // Without the cause: the message of a syntax error quotes the text.
  const parsed = headersSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`The headers of endpoint ${endpoint.endpoint_id} are damaged.`);
  return Object.fromEntries(Object.entries(parsed.data).filter(([name]) => !isReserved(name)));
}

/** The message for fields of client certificates, and for certificates in other fields. */
export const clientCertificatesUnsupported =
  "Client certificates are not supported. Verify the signature of each request, or set headers for a gateway.";

function assertHeaderName(name: string): void {
  if (name.length > maxHeaderNameLength) {
    throw headersError(`headers must have names of at most ${maxHeaderNameLength} characters`);
  }
  if (!headerNamePattern.test(name))
    throw headersError("headers must have names of letters, digits and hyphens, such as X-Api-Key");
  if (isReserved(name)) throw headersError(`headers must not contain ${name}, which is reserved`);
}

function assertHeaderValue(name: string, value: string): void {
  if (value.includes("-----BEGIN "))
    throw new ActivityError("invalid_value", clientCertificatesUnsupported, { field: "headers" });
  if (value.length > maxHeaderValueLength) {
    throw headersError(`headers.${name} must have at most ${maxHeaderValueLength} characters`);
  }
  if (!headerValuePattern.test(value)) {
    throw headersError(`headers.${name} must be visible ASCII, with spaces only between characters`);
  }
}

function isReserved(name: string): boolean {
  const lower = name.toLowerCase();
  return reservedNames.has(lower) || reservedPrefixes.some((prefix) => lower.startsWith(prefix));
}

function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function headersError(problem: string): ActivityError {
  return new ActivityError("invalid_value", `${problem}.`, { field: "headers" });
}
