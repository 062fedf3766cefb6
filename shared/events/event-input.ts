import type { EntityType } from "./entity-types.ts";

/** An event as services write it. `eventSchema` is the same as a schema, with all limits; both are one type. */
export type EventInput = {
  /** `evt_` and 32 hexadecimal digits. Without it, or an `idempotency_key`, the emitter generates one. */
  event_id?: string | undefined;
  /** Repeats under the same key are the same event for 30 days, whatever their time. Not together with `event_id`. */
  idempotency_key?: string | undefined;
  org_id: string;
  /** Words in upper case, joined by `_`, such as `INVOICE_SENT`. */
  action: string;
  entity_type: EntityType;
  entity_id: string;
  /** The number that people know the document by, such as `INV-2026-0042`. */
  entity_ref?: string | null | undefined;
  actor_user_id?: string | null | undefined;
  /** Who caused the event, as of that time. */
  actor?: EventActorInput | null | undefined;
  /** The fields that changed, each as `{ old, new }`. */
  changes?: Readonly<Record<string, unknown>> | null | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
  /** When it happened: ISO 8601, at most 5 minutes ahead. No offset means UTC. */
  occurred_at: string;
  /** Other entities that the event is about. The first contact gets the event in its timeline. */
  related?: RelatedEntityInput[] | undefined;
  /** What happened, in words, as all three APIs show it. Without it they make a sentence. */
  text?: string | null | undefined;
  /** The longer text of the SimplyBooks API. */
  information?: string | null | undefined;
  /** The object of that name in the Fakturoid API. */
  params?: Readonly<Record<string, unknown>> | null | undefined;
  /** `false` sends no webhook, for example in an import. */
  notify?: boolean | undefined;
};

export type EventActorInput = {
  name?: string | null | undefined;
  email?: string | null | undefined;
  /** An https URL, or empty. */
  avatar_url?: string | null | undefined;
  type?: "user" | "system" | "integration" | "agent" | null | undefined;
  /** The user whose account the actor used, for example of support or an agent. */
  on_behalf_of?: { user_id: string; name?: string | null | undefined } | null | undefined;
};

export type RelatedEntityInput = {
  entity_type: EntityType;
  entity_id: string;
  entity_ref?: string | null | undefined;
};
