import type { ActivityEvent } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import type { DamagedSoakItem, Refusable, SoakEvent } from "./actors/events.ts";

/** An event as the log must store it, without the time at which it was recorded. */
export type ExpectedEvent = Omit<ActivityEvent, "recorded_at">;

/** Records what the writers have sent, and what was acknowledged. */
export class Submissions {
  readonly #sent = new Map<string, ExpectedEvent>();
  readonly #accepted = new Set<string>();
  readonly #refusable = new Map<string, string>();
  readonly #unowed = new Set<string>();
  readonly #damaged = new Map<string, DamagedSoakItem>();
  /** Number of events that were sent a second time. */
  repeats = 0;

  /** Records an event before it is first sent: a reader may see it before the writer gets the response. */
  recordSending(input: SoakEvent): void {
    const { recorded_at: _, ...expected } = parseEventValue(input, { now: new Date(), entropy: "" }).event;
    this.#sent.set(expected.event_id, expected);
  }

  recordAcknowledged(eventId: string): void {
    this.#accepted.add(eventId);
  }

  recordRefusable({ body, code }: Refusable): void {
    this.#refusable.set(body, code);
  }

  /** Records an invalid item before it is written to the table. */
  recordDamaged(item: DamagedSoakItem): void {
    this.#damaged.set(item.entity_id, item);
  }

  /** Items that are not events, by their `entity_id`, which is unique. */
  get damaged(): ReadonlyMap<string, DamagedSoakItem> {
    return this.#damaged;
  }

  /** Requires delivery of all later events. Earlier ones may precede the activation of the endpoints. */
  requireDeliveryFromNow(): void {
    for (const id of this.#sent.keys()) this.#unowed.add(id);
  }

  mustBeDelivered(eventId: string): boolean {
    return !this.#unowed.has(eventId);
  }

  sent(eventId: string): ExpectedEvent | undefined {
    return this.#sent.get(eventId);
  }

  get accepted(): ExpectedEvent[] {
    return [...this.#sent.values()].filter(({ event_id }) => this.#accepted.has(event_id));
  }

  get acceptedCount(): number {
    return this.#accepted.size;
  }

  /** Events that were sent, but never acknowledged. */
  get unacknowledged(): string[] {
    return [...this.#sent.keys()].filter((id) => !this.#accepted.has(id));
  }

  /** The code by body of each message that must be refused. */
  get refusable(): ReadonlyMap<string, string> {
    return this.#refusable;
  }
}

/** Compares events in the order of all lists: newest first, then by id. */
export function compareByNewest(left: ExpectedEvent, right: ExpectedEvent): number {
  if (left.occurred_at !== right.occurred_at) return left.occurred_at < right.occurred_at ? 1 : -1;
  return left.event_id < right.event_id ? 1 : -1;
}
