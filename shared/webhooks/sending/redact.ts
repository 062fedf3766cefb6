import type { StaticHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import { maxStoredHeaderLength } from "./read-response.ts";
import type { SendResult } from "./send-result.ts";

const mask = "…";

/** Shorter values are words like `prod`, not secrets. Redacting them would make responses hard to read. */
const minSecretLength = 6;

/** The shortest beginning of a value that is redacted at the end of a truncated text. */
const minPartialLength = 4;

/**
 * Replaces the values of an endpoint's static headers in a response before it is stored. Error pages and echo services
 * repeat request headers, and callers who may read deliveries must not see the values.
 */
export function redactHeaderValues(result: SendResult, sent: StaticHeaders): SendResult {
  const secrets = secretsOf(sent);
  if (secrets.length === 0) return result;
  const headers = Object.entries(result.headers).map(
    ([name, value]) => [name, redact(value, secrets, value.length >= maxStoredHeaderLength)] as const,
  );
  const body = redact(result.body, secrets, result.body_truncated);
  return { ...result, headers: Object.fromEntries(headers), body };
}

/** Returns the encodings of a text that responses may contain: JSON of several libraries, URL, form, HTML. */
function spellings(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const escaped = (characters: RegExp, digits: (code: string) => string) =>
    json.replaceAll(characters, (character) => `\\u${digits(character.charCodeAt(0).toString(16).padStart(4, "0"))}`);
  const url = encodeURIComponent(text);
  const html = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  return [
    text,
    json,
    json.replaceAll("/", "\\/"),
    escaped(/[&<>]/g, (code) => code),
    escaped(/[+&<>'`]/g, (code) => code.toUpperCase()),
    url,
    url.replaceAll("%20", "+"),
    html,
    html.replaceAll("'", "&#39;"),
  ];
}

/** Returns the values, and credentials without their scheme, in all encodings; the longest first. */
function secretsOf(headers: StaticHeaders): readonly string[] {
  const texts = Object.values(headers).flatMap((value) => [value, value.slice(value.indexOf(" ") + 1)]);
  return [...new Set(texts.flatMap(spellings))]
    .filter((text) => text.length >= minSecretLength)
    .sort((left, right) => right.length - left.length);
}

function redact(text: string, secrets: readonly string[], isCut: boolean): string {
  const redacted = secrets.reduce((rest, secret) => rest.replaceAll(secret, mask), text);
  if (!isCut) return redacted;
  const rest = Math.max(...secrets.map((secret) => partialLengthAtEnd(redacted, secret)));
  return rest === 0 ? redacted : redacted.slice(0, -rest) + mask;
}

/** Returns the length of the beginning of a secret with which a text ends. */
function partialLengthAtEnd(text: string, secret: string): number {
  for (let length = secret.length - 1; length >= minPartialLength; length--) {
    if (text.endsWith(secret.slice(0, length))) return length;
  }
  return 0;
}
