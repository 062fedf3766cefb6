import type { Exchange } from "#shared/webhooks/deliveries/attempt.ts";
import type { StaticHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import { keptHeaderLength } from "./read-response.ts";

const mask = "…";

/** Shorter values are words like `prod`, and not secret: without them a response would be hard to read. */
const minSecretLength = 6;

/** Characters of a value that a cut text may end with. */
const minRestLength = 4;

/**
 * Replaces the values of an endpoint's static headers in a response, before it is stored: error pages and echo services
 * repeat what they were sent, and whoever may read deliveries must not learn the values.
 */
export function withoutHeaderValues(exchange: Exchange, sent: StaticHeaders): Exchange {
  const secrets = secretsOf(sent);
  if (secrets.length === 0) return exchange;
  const headers = Object.entries(exchange.headers).map(
    ([name, value]) => [name, redact(value, secrets, value.length >= keptHeaderLength)] as const,
  );
  const body = redact(exchange.body, secrets, exchange.body_truncated);
  return { ...exchange, headers: Object.fromEntries(headers), body };
}

/** How a receiver may write a text: as JSON of several libraries, in a URL or form, in HTML. */
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

/** Whole values and what follows the scheme in credentials, as they may be spelled; the longest first. */
function secretsOf(headers: StaticHeaders): readonly string[] {
  const texts = Object.values(headers).flatMap((value) => [value, value.slice(value.indexOf(" ") + 1)]);
  return [...new Set(texts.flatMap(spellings))]
    .filter((text) => text.length >= minSecretLength)
    .sort((left, right) => right.length - left.length);
}

function redact(text: string, secrets: readonly string[], isCut: boolean): string {
  const redacted = secrets.reduce((rest, secret) => rest.replaceAll(secret, mask), text);
  if (!isCut) return redacted;
  const rest = Math.max(...secrets.map((secret) => lengthAtEnd(redacted, secret)));
  return rest === 0 ? redacted : redacted.slice(0, -rest) + mask;
}

/** How many characters of a secret's beginning a text ends with. */
function lengthAtEnd(text: string, secret: string): number {
  for (let length = secret.length - 1; length >= minRestLength; length--) {
    if (text.endsWith(secret.slice(0, length))) return length;
  }
  return 0;
}
