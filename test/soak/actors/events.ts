import type { Random } from "#infra/local/demo/random.ts";
import type { EventInput } from "#shared/events/event-input.ts";

/** An item in the events table that is not an event. No other item has its `entity_id`. */
export type DamagedSoakItem = Readonly<Record<string, unknown>> & {
  readonly timeline: string;
  readonly position: string;
  readonly entity_id: string;
};

/** An event of a service that sets `event_id` itself. */
export type SoakEvent = EventInput & { readonly event_id: string; readonly idempotency_key?: never };

/** A message that must be rejected, and the code of the rejection. */
export type Refusable = {
  readonly body: string;
  readonly code: string;
};

type Documents = {
  readonly entity_type: EventInput["entity_type"];
  readonly verbs: readonly [string, ...string[]];
};

const firstMoment = Date.parse("2026-01-01T00:00:00Z");

const documents: readonly [Documents, ...Documents[]] = [
  { entity_type: "INVOICE", verbs: ["CREATED", "SENT", "PAID", "VOIDED"] },
  { entity_type: "BILL", verbs: ["CREATED", "APPROVED", "PAID"] },
  { entity_type: "CONTACT", verbs: ["CREATED", "UPDATED"] },
];

const texts = ["", "plain", 'a "quoted" \\ one', "žluťoučký kůň", "🧾 two\nlines", "\u2028"] as const;

/** Draws an event. Many events share times and documents, so that order and keys are tested. */
export function drawEvent(random: Random, org_id: string): SoakEvent {
  const { entity_type, verbs } = random.pick(documents);
  const verb = random.pick(verbs);
  const number = random.between(1, 40);
  const occurred = firstMoment + random.between(0, 5_000) * 1_000 + (random.chance(0.5) ? random.between(0, 999) : 0);
  return {
    event_id: `evt_${hex(random, 32)}`,
    org_id,
    action: `${entity_type}_${verb}`,
    entity_type,
    entity_id: `${entity_type.toLowerCase()}_${number}`,
    entity_ref: random.chance(0.5) ? `${entity_type}-${number}` : null,
    actor_user_id: random.chance(0.7) ? `usr_${random.between(1, 5)}` : null,
    changes: random.chance(0.5) ? { note: { old: null, new: random.pick(texts) } } : null,
    metadata: { source: "SOAK", note: random.pick(texts), number: random.between(0, 1_000_000) },
    occurred_at: new Date(occurred).toISOString(),
    related: random.chance(0.3) ? [{ entity_type: "CONTACT", entity_id: `contact_${random.between(1, 9)}` }] : [],
  };
}

/** Returns an invalid message. It contains an event id, so that it can be found again. */
export function drawRefusable(random: Random, org_id: string): Refusable {
  const event = drawEvent(random, org_id);
  const broken = random.pick<object | string>([
    { ...event, colour: "blue" },
    { ...event, entity_id: undefined },
    { ...event, occurred_at: "yesterday" },
    { ...event, occurred_at: "2999-01-01T00:00:00Z" },
    `{"event_id":"${event.event_id}",`,
  ]);
  return { body: typeof broken === "string" ? broken : JSON.stringify(broken), code: "invalid_value" };
}

/** Creates a message with the id of a stored event and other content. */
export function conflictingWith(event: SoakEvent): Refusable {
  return { body: JSON.stringify({ ...event, entity_ref: "ANOTHER" }), code: "conflict" };
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random.between(0, 15).toString(16)).join("");
}
