import { TimelineElement } from "./element/timeline-element.ts";
import type { ProvedEvent, TimelineActor, TimelineEntity } from "./events/timeline-event.ts";
import type { Messages } from "./locales/messages.ts";

export type { ProvedEvent, TimelineActor, TimelineEntity } from "./events/timeline-event.ts";
export type { Messages, PluralForms, VerbForms } from "./locales/messages.ts";

/** The properties of `<activity-timeline>`. Without an entity and a user it shows all events of the organisation. */
export type ActivityTimelineProperties = {
  /** The address of the API, such as `https://activity.example.com`. Attribute `api`. */
  api?: string | undefined;
  /** A token that may read the events. Never in an attribute. */
  token?: string | undefined;
  /** Returns a new token when the API refuses the present one. Without it, listen to `token-expired` and set `token`. */
  getToken?: (() => Promise<string>) | undefined;
  /** The organisation, if the token has access to several. Attribute `org`. */
  org?: string | undefined;
  /** `INVOICE`, `CONTACT` … Attribute `entity-type`. */
  entityType?: string | undefined;
  /** The document or contact. Attribute `entity-id`. */
  entityId?: string | undefined;
  /** The user that caused the events. Attribute `user-id`. */
  userId?: string | undefined;
  /** BCP 47; by default the language of the page. Attribute `locale`. */
  locale?: string | undefined;
  /** An IANA name; by default that of the browser. Attribute `time-zone`. */
  timeZone?: string | undefined;
  /** Words that replace those of the language, or translate them to another one. */
  messages?: Partial<Messages> | undefined;
  /** Returns the address of the page of an entity; `null` if it has none. Only http and https are used. */
  documentUrl?: ((entity: TimelineEntity) => string | null) | undefined;
  /** Returns the address of the picture of an actor; `null` shows initials. Only http and https are used. */
  avatarUrl?: ((actor: TimelineActor) => string | null) | undefined;
  /**
   * Returns the proof of an event (`GET /activity/proof`), by a request to your own server: a viewer token gets no proofs,
   * because a proof discloses the whole event. `null` if the event has no number yet. With `verificationKey`, the details of
   * an event say whether it is verified.
   */
  proofOf?: ((event: ProvedEvent) => Promise<string | null>) | undefined;
  /** The verification key of the log, as its operator handed it over. Attribute `verification-key`. */
  verificationKey?: string | undefined;
};

/** The events of `<activity-timeline>`. */
export type ActivityTimelineEventMap = {
  /** The token is missing or refused: set `token` to a new one. */
  "token-expired": CustomEvent<null>;
  /** A link to an entity was clicked. `preventDefault()` keeps the browser from following it. */
  "document-click": CustomEvent<TimelineEntity>;
};

export type ActivityTimelineElement = HTMLElement & ActivityTimelineProperties;

declare global {
  interface HTMLElementTagNameMap {
    "activity-timeline": ActivityTimelineElement;
  }
  interface HTMLElementEventMap extends ActivityTimelineEventMap {}
}

if (customElements.get("activity-timeline") === undefined) {
  customElements.define("activity-timeline", TimelineElement);
}
