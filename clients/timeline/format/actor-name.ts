import type { TimelineActor } from "#clients/timeline/events/timeline-event.ts";
import { toDisplayText } from "./display-text.ts";

/** Returns the name of an actor, else its id; `null` if the system acted. */
export function toActorName({ id, name }: TimelineActor): string | null {
  const text = toDisplayText(name ?? id ?? "");
  return text === "" ? null : text;
}
