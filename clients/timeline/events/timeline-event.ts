/** An entity that an event names: a document, a contact, a user. */
export type TimelineEntity = {
  /** `INVOICE`, `CONTACT` …; the vocabulary is open. */
  readonly type: string;
  readonly id: string;
  /** Its number or name, such as `INV-2026-0042`. */
  readonly ref: string | null;
};

/** Who caused an event, as of that time. */
export type TimelineActor = {
  readonly id: string | null;
  readonly name: string | null;
  /** `user`, `system`, `integration` or `agent`; `null` if the writer did not say. */
  readonly type: string | null;
  readonly onBehalfOf: { readonly id: string; readonly name: string | null } | null;
};

/** The change of one field; the values are those that the writer logged. */
export type TimelineChange = { readonly field: string; readonly old: unknown; readonly new: unknown };

/** Names an event, so that its proof is found: the parameters of `GET /activity/proof`. */
export type ProvedEvent = { readonly event_id: string; readonly entity_id: string; readonly occurred_at: string };

/** An event as the timeline shows it. All texts are data of a caller and may hold anything. */
export type TimelineEvent = {
  readonly id: string;
  readonly action: string;
  readonly entity: TimelineEntity;
  readonly actor: TimelineActor;
  readonly changes: readonly TimelineChange[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Unix time in milliseconds. */
  readonly occurredAtMs: number;
  /** What happened, in words of the writer or of the API; `null` if absent. */
  readonly text: string | null;
  readonly related: readonly TimelineEntity[];
  /** The event as the API returned it, to compare it with its proof. */
  readonly raw: unknown;
};
