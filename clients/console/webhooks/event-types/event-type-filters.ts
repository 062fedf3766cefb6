import { isEventTypeFilter } from "#shared/webhooks/event-types/event-type-filter.ts";

/** An event type of the catalogue. */
export type CatalogueEntry = { readonly event_type: string; readonly description: string };

/** A filter that can be added, and what it matches. */
export type FilterSuggestion = { readonly filter: string; readonly description: string };

const maxSuggestions = 40;

/**
 * Returns the filters that contain a text and are not chosen yet: those with a wildcard first, then single types. If
 * the catalogue has none, the text itself, as far as it is a filter.
 */
export function suggestFilters(
  text: string,
  catalogue: readonly CatalogueEntry[],
  chosen: readonly string[],
): readonly FilterSuggestion[] {
  const searched = text.trim().toLowerCase();
  const known = [
    ...toWildcards(catalogue),
    ...catalogue.map(({ event_type, description }) => ({ filter: event_type, description })),
  ];
  const found = known.filter(({ filter }) => filter.includes(searched) && !chosen.includes(filter));
  if (found.length > 0 || !isEventTypeFilter(searched) || chosen.includes(searched))
    return found.slice(0, maxSuggestions);
  return [{ filter: searched, description: "Not in the catalogue. It matches if such events are written." }];
}

/** Returns the filters with a wildcard that match something of the catalogue. */
function toWildcards(catalogue: readonly CatalogueEntry[]): readonly FilterSuggestion[] {
  const pairs = catalogue.map(({ event_type }) => event_type.split("."));
  const entities = new Set(pairs.map(([entity = ""]) => entity));
  const verbs = new Set(pairs.filter(([entity]) => entity !== "webhook_endpoint").map(([, verb = ""]) => verb));
  return [
    { filter: "*", description: "Everything about documents." },
    ...[...entities].map((entity) => ({ filter: `${entity}.*`, description: `All events of this type of document.` })),
    ...[...verbs].map((verb) => ({ filter: `*.${verb}`, description: "This event of all types of documents." })),
  ];
}

/** Groups the catalogue by the type of the document, as far as a text is contained. */
export function groupCatalogue<Entry extends CatalogueEntry>(
  catalogue: readonly Entry[],
  text: string,
): ReadonlyMap<string, readonly Entry[]> {
  const searched = text.trim().toLowerCase();
  const found = catalogue.filter(({ event_type, description }) =>
    `${event_type}\n${description}`.toLowerCase().includes(searched),
  );
  return Map.groupBy(found, ({ event_type }) => event_type.split(".")[0] ?? "");
}
