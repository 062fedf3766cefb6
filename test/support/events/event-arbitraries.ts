import fc from "fast-check";
import { visibleEntityTypes } from "#shared/api/simplybooks/activity/activity-types.ts";
import { entityTypes } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";

/** Zones with whole, half and quarter hours, a daylight saving time of half an hour, and a skipped day. */
export const zones = [
  "UTC",
  "Europe/Brussels",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "America/New_York",
] as const;

/** Any well-formed action. */
export const actionArbitrary = fc.stringMatching(/^[A-Z][A-Z0-9]{0,7}(_[A-Z0-9]{1,7}){1,4}$/);

const knownVerb = fc.constantFrom("CREATED", "UPDATED", "SENT", "PAID", "COMMENT_ADDED", "STATUS_CHANGED", "FROBBED");

/** Only a few, so that events share entities and contacts. */
export const idArbitrary = fc.constantFrom("1", "7", "10", "2002", "inv_8c3f1a9b", "a b/ü", "発票-1", "x<y&z", '"q"');

const textArbitrary = fc.option(
  fc.oneof(fc.constantFrom("Factuur aangemaakt", "a > b\r\n&amp;"), fc.string({ unit: "binary" })),
);

const actorArbitrary = fc.option(
  fc.record({
    name: fc.option(fc.constantFrom("John Doe", "Ève <x>", "")),
    email: fc.option(fc.constantFrom("a@b.be", "")),
  }),
);

/** Random times, many of them at night and on days when clocks change. */
export const instantArbitrary = fc.oneof(
  fc.integer({ min: Date.UTC(1973, 0, 1), max: Date.UTC(2037, 0, 1) }),
  fc
    .tuple(
      fc.constantFrom(
        "2026-03-29T01:00",
        "2026-10-25T01:00",
        "2011-12-30T10:00",
        "2026-04-04T15:00",
        "2026-03-08T05:30",
      ),
      fc.integer({ min: -7_200_000, max: 7_200_000 }),
    )
    .map(([change, ms]) => Date.parse(`${change}:00.000Z`) + ms),
);

type EventDraft = {
  readonly type: EventInput["entity_type"];
  readonly action: string | null;
  readonly verb: string;
  readonly text: string | null;
  readonly information: string | null;
} & Pick<EventInput, "entity_id" | "entity_ref" | "actor_user_id" | "actor" | "related"> & { readonly at: number };

const eventDraftArbitrary: fc.Arbitrary<EventDraft> = fc.record({
  type: fc.constantFrom(...visibleEntityTypes),
  action: fc.option(actionArbitrary),
  verb: knownVerb,
  entity_id: idArbitrary,
  entity_ref: fc.option(fc.constantFrom("2012-0001", "INV-2026-0042")),
  actor_user_id: fc.option(fc.constantFrom("usr_1", "5")),
  actor: actorArbitrary,
  text: textArbitrary,
  information: textArbitrary,
  related: fc.array(
    fc.record({
      entity_type: fc.oneof(fc.constant("CONTACT" as const), fc.constantFrom(...entityTypes)),
      entity_id: idArbitrary,
    }),
    { maxLength: 5 },
  ),
  at: instantArbitrary,
});

/** A text as a writer may send it. */
const storable = (text: string) => text.toWellFormed().replaceAll("\u0000", "\u0001");

/** A stored event of any entity type that the dialect shows. */
export const storedEventArbitrary: fc.Arbitrary<ActivityEvent> = fc
  .tuple(eventDraftArbitrary, fc.nat())
  .map(([event, entropy]) => {
    const { type, action, verb, at, text, information, ...said } = event;
    const input: EventInput = {
      org_id: "org_8f9a1c2d",
      action: action ?? `${type}_${verb}`,
      entity_type: type,
      occurred_at: new Date(at).toISOString(),
      text: text === null ? null : storable(text),
      information: information === null ? null : storable(information),
      ...said,
    };
    return parseEventValue(input, { now: new Date("2040-01-01"), entropy: String(entropy) }).event;
  });
