import * as z from "zod/mini";
import { ActivityError } from "#shared/errors.ts";
import type { Endpoint, SealedHeaders, SecretBox } from "./endpoint.ts";

/** Headers that an endpoint's owner adds to each request, for a gateway in front of the receiver: values by names. */
export type StaticHeaders = Readonly<Record<string, string>>;

export const maxHeaders = 10;
export const maxHeaderNameLength = 100;
export const maxHeaderValueLength = 1_024;

/** Characters of all values of an endpoint together. */
export const maxHeaderValuesLength = 4_096;

/** A token (RFC 9110, section 5.6.2). */
export const headerNamePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Visible ASCII, with blanks in between: `Bearer …`. */
const valuePattern = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** What the log itself sets, what belongs to a connection (RFC 9110, section 7.6.1), and what changes how Node sends. */
const reservedNames = new Set([
  ...["host", "user-agent", "accept-encoding", "expect", "trailer", "te", "transfer-encoding"],
  ...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
  ...["upgrade", "http2-settings"],
]);

/** Names of a family: descriptions of the content, and what signatures are verified by. */
const reservedPrefixes = ["content-", "webhook-", "svix-", "x-aibooks-"];

/**
 * Checks the headers of a request to create or change an endpoint. Throws `ActivityError` `invalid_value` for the field
 * `headers`; no message repeats a value.
 */
export function checkStaticHeaders(headers: StaticHeaders): StaticHeaders {
  const names = Object.keys(headers);
  if (names.length > maxHeaders) throw refused(`headers must have at most ${maxHeaders} entries`);
  for (const name of names) checkName(name);
  const twice = names.find((name, at) => names.slice(0, at).some((other) => isSameName(name, other)));
  if (twice !== undefined) throw refused(`headers has ${twice} twice: upper and lower case mean the same`);
  for (const [name, value] of Object.entries(headers)) checkValue(name, value);
  const length = Object.values(headers).reduce((sum, value) => sum + value.length, 0);
  if (length > maxHeaderValuesLength) {
    throw refused(`headers must have at most ${maxHeaderValuesLength} characters in all values together`);
  }
  return headers;
}

/** Encrypts headers for an endpoint. Returns `null` if there are none. */
export async function sealHeaders(
  box: Pick<SecretBox, "seal">,
  headers: StaticHeaders | null,
  endpoint: Pick<Endpoint, "org_id" | "endpoint_id">,
): Promise<SealedHeaders | null> {
  const names = Object.keys(headers ?? {});
  if (names.length === 0) return null;
  return { names, sealed: await box.seal(JSON.stringify(headers), endpoint, "headers") };
}

const stored = z.record(z.string(), z.string());

/**
 * Decrypts the headers of an endpoint. Leaves out what is reserved by now, so that no header is sent twice. Throws if
 * they are damaged; the error shows nothing of them.
 */
export async function openHeaders(box: Pick<SecretBox, "open">, endpoint: Endpoint): Promise<StaticHeaders> {
  if (endpoint.headers === null) return {};
  const text = await box.open(endpoint.headers.sealed, endpoint, "headers");
  const parsed = stored.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`The headers of endpoint ${endpoint.endpoint_id} are damaged.`);
  return Object.fromEntries(Object.entries(parsed.data).filter(([name]) => !isReserved(name)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not as its cause: the message of a syntax error quotes the text.
    return null;
  }
}

/** Why a field for a client certificate, or a certificate in another field, is refused. */
export const noClientCertificates =
  "Client certificates are not supported: verify the signature of each request, or give headers for a gateway to check.";

function checkName(name: string): void {
  if (name.length > maxHeaderNameLength) {
    throw refused(`headers must have names of at most ${maxHeaderNameLength} characters`);
  }
  if (!headerNamePattern.test(name))
    throw refused("headers must have names of letters, digits and hyphens, such as X-Api-Key");
  if (isReserved(name)) throw refused(`headers must not have ${name}, which is reserved`);
}

function checkValue(name: string, value: string): void {
  if (value.includes("-----BEGIN "))
    throw new ActivityError("invalid_value", noClientCertificates, { field: "headers" });
  if (value.length > maxHeaderValueLength) {
    throw refused(`headers.${name} must have at most ${maxHeaderValueLength} characters`);
  }
  if (!valuePattern.test(value)) {
    throw refused(`headers.${name} must be of visible ASCII characters, with blanks only in between`);
  }
}

function isReserved(name: string): boolean {
  const lower = name.toLowerCase();
  return reservedNames.has(lower) || reservedPrefixes.some((prefix) => lower.startsWith(prefix));
}

function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function refused(what: string): ActivityError {
  return new ActivityError("invalid_value", `${what}.`, { field: "headers" });
}
