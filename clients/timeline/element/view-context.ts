import type { TimelineActor, TimelineEntity } from "#clients/timeline/events/timeline-event.ts";
import type { TimeFormat } from "#clients/timeline/format/times.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";

/** What all views of a timeline need. */
export type ViewContext = {
  readonly messages: Messages;
  readonly times: TimeFormat;
  readonly timeZone: string | undefined;
  readonly nowMs: number;
  /** Returns a safe URL of the entity's page; `null` if it has none. */
  documentUrl(entity: TimelineEntity): string | null;
  /** Returns a safe URL of the actor's picture; `null` if it has none. */
  avatarUrl(actor: TimelineActor): string | null;
  onDocumentClick(event: Event, entity: TimelineEntity): void;
  isExpanded(eventId: string): boolean;
  toggle(eventId: string): void;
  /** The text that was copied last, for a moment. */
  readonly copied: string | null;
  copy(value: string): void;
};
