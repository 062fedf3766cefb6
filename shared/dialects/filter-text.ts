import { isWellFormedToken } from "../access/token.ts";

/** What a request asked to be shown, in a text for the audit log: `since=… limit=…`. A token in a wrong place is left out. */
export function filterText(filters: Readonly<Record<string, string | number | null>>): string | undefined {
  const parts = Object.entries(filters).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${isWellFormedToken(String(value)) ? "[token]" : value}`],
  );
  return parts.length === 0 ? undefined : parts.join(" ");
}
