import type { TimelineActor, TimelineEntity, TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import type { TimeFormat } from "#clients/timeline/format/times.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import type { VerificationStatus } from "./verification-controller.ts";

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
  /** Returns how far the verification of an event is, which this begins; `null` if the host does not ask for it. */
  verificationOf(event: TimelineEvent): VerificationStatus | null;
  verify(event: TimelineEvent): void;
};
