import { toVerb } from "#clients/timeline/format/sentence.ts";
import type { DocumentEvent } from "./document-event.ts";

export type Lifecycle = "active" | "voided" | "deleted";

const transitions: Readonly<Record<string, Lifecycle>> = {
  DELETED: "deleted",
  RESTORED: "active",
  UNDELETED: "active",
  VOIDED: "voided",
  CANCELLED: "voided",
  UNVOIDED: "active",
  UNCANCELLED: "active",
  REOPENED: "active",
};

/** Returns the state that an event brings the document into; `null` if it leaves it as it is. */
export function getTransition(event: DocumentEvent): Lifecycle | null {
  const verb = toVerb(event);
  return Object.hasOwn(transitions, verb) ? (transitions[verb] ?? null) : null;
}

/** Whether the log of a document can begin with this event. */
export function isBeginning(event: DocumentEvent): boolean {
  return /^(?:CREATED|ADDED|IMPORTED)$/.test(toVerb(event));
}
