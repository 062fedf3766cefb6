import type { EntityType } from "#shared/events/entity-types.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import type { Random } from "./random.ts";

export type DemoContact = { readonly id: string; readonly name: string };

/** The entity of an event. */
export type LedgerSubject = {
  readonly type: EntityType;
  readonly id: string;
  readonly ref: string;
  readonly contact: DemoContact | null;
};

/** The actor of an event, and its context. */
type ActionContext = Pick<EventInput, "actor_user_id" | "actor" | "metadata" | "changes">;

type Person = { readonly id: string; readonly name: string; readonly email: string };

const people: readonly [Person, ...Person[]] = [
  { id: "usr_xyz", name: "Priya Sharma", email: "priya@acme.in" },
  { id: "usr_arjun", name: "Arjun Mehta", email: "arjun@acme.in" },
  { id: "usr_lena", name: "Lena Vermeulen", email: "lena@acme.in" },
  { id: "usr_approver_01", name: "Rohan Iyer", email: "rohan@acme.in" },
];

const sources = ["DASHBOARD", "DASHBOARD", "DASHBOARD", "PUBLIC_API", "RECURRING_SCHEDULE", "IMPORT"] as const;

const hourMs = 3600_000;

/** The books of one organisation while a quarter is made up: who works there, when, and what they have done so far. */
export class Ledger {
  readonly events: EventInput[] = [];
  readonly #orgId: string;
  readonly #random: Random;
  readonly #start: number;

  constructor(orgId: string, random: Random, start: string) {
    this.#orgId = orgId;
    this.#random = random;
    this.#start = Date.parse(start);
  }

  write(action: string, { type, id, ref, contact }: LedgerSubject, at: number, circumstances: ActionContext): void {
    const related = contact
      ? [{ entity_type: "CONTACT" as const, entity_id: contact.id, entity_ref: contact.name }]
      : [];
    this.events.push({
      org_id: this.#orgId,
      action,
      entity_type: type,
      entity_id: id,
      entity_ref: ref,
      occurred_at: new Date(at).toISOString(),
      ...circumstances,
      related,
    });
  }

  /** A moment of the given day, counted from the start; one in twenty falls outside office hours. */
  moment(day: number): number {
    const hour = this.#random.chance(0.05) ? this.#random.between(19, 23) : this.#random.between(4, 12);
    const second = this.#start + day * 24 * hourMs + hour * hourMs + this.#random.between(0, 3599) * 1000;
    return this.#random.chance(0.3) ? second + this.#random.between(1, 999) : second;
  }

  /** Some hours, in milliseconds. */
  hours(low: number, high: number): number {
    return this.#random.between(low, high) * hourMs + this.#random.between(0, 3599) * 1000;
  }

  /** One of the people, at work. */
  someone(source: string = this.#random.pick(sources)): ActionContext {
    const { id, name, email } = this.#random.pick(people);
    return {
      actor_user_id: id,
      actor: { name, email, avatar_url: null },
      metadata: {
        source,
        ip: `203.0.113.${this.#random.between(1, 60)}`,
        request_id: `req_${this.#random.between(0, 0xffffffff).toString(16).padStart(8, "0")}`,
      },
    };
  }

  system(source: string): ActionContext {
    return { actor_user_id: null, metadata: { source } };
  }
}

export function fieldChange(field: string, from: string | null, to: string): Pick<ActionContext, "changes"> {
  return { changes: { [field]: { old: from, new: to } } };
}
