import { secretPrefixes } from "#shared/auth/token-format.ts";

type LoggedFilter = readonly [name: string, value: string | number | null];

/** Maximum characters of one value: the longest id. */
const maxLength = 256;

/** A token of any kind or a signing secret, anywhere in a value. Viewer tokens contain dots and hyphens, too. */
const secret = new RegExp(
  `${secretPrefixes.viewer}[\\w.-]*|(${Object.values(secretPrefixes).join("|")}|whsec_)[\\w+/=]*|[0-9a-f]{80}`,
  "gi",
);

/**
 * Formats the filters of a request for the audit log: `since=… limit=…`. Spaces in a value become `+`, so that a value
 * cannot imitate another filter.
 */
export function formatFilters(filters: readonly LoggedFilter[]): string | undefined {
  const parts = filters.flatMap(([name, value]) => (value === null ? [] : [`${name}=${redactForLog(String(value))}`]));
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** Returns a value without secrets and no longer than an id, for the log. */
export function redactForLog(value: string): string {
  const masked = value.replaceAll(secret, "[token]").replaceAll(/\s/g, "+");
  return masked.length <= maxLength ? masked : `${masked.slice(0, maxLength).toWellFormed()}…`;
}
