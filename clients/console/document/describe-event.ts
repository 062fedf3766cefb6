import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { capitalize, toWords } from "#clients/timeline/format/display-text.ts";
import { formatEntity, formatSentence, toVerb } from "#clients/timeline/format/sentence.ts";
import { en } from "#clients/timeline/locales/en.ts";

/** Returns an event as a sentence: `Priya Sharma sent INV-2026-0042`. */
export function describeEvent(event: TimelineEvent): string {
  return formatSentence(event, en)
    .map(({ text }) => text)
    .join("");
}

/** Returns the action of an event in words: `Partially paid`. */
export function nameAction(event: TimelineEvent): string {
  return capitalize(toWords(toVerb(event)), "en");
}

/** Returns the number of a document, or else its type and id. */
export function nameDocument({ entity }: TimelineEvent): string {
  return formatEntity(entity, en);
}

/** Returns an entity type in words: `Credit note`. */
export function nameType(type: string): string {
  return capitalize(toWords(type), "en");
}
