import { secretPrefixes } from "#shared/auth/token.ts";

type Filter = readonly [name: string, value: string | number | null];

/** Characters of one value at most: the longest id. */
const maxLength = 256;

/** A token of any kind, or a signing secret, wherever it stands in a value. */
const secret = new RegExp(`(${Object.values(secretPrefixes).join("|")}|whsec_)[\\w+/=]*|[0-9a-f]{80}`, "gi");

/**
 * What a request asked to be shown, in a text for the audit log: `since=… limit=…`. Blanks inside a value are written
 * as in URLs, so that none can look like another filter.
 */
export function filterText(filters: readonly Filter[]): string | undefined {
  const parts = filters.flatMap(([name, value]) => (value === null ? [] : [`${name}=${loggable(String(value))}`]));
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** A value of a request as a log may have it: without tokens in wrong places, and no longer than an id. */
export function loggable(value: string): string {
  const masked = value.replaceAll(secret, "[token]").replaceAll(/\s/g, "+");
  return masked.length <= maxLength ? masked : `${masked.slice(0, maxLength).toWellFormed()}…`;
}
