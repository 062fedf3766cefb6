import fc from "fast-check";
import { entityTypes } from "#shared/events/entity-types.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { maxDepth } from "#shared/events/limits.ts";
import { anInput } from "#test/support/builders.ts";

const specials = ["\u0000", "\u0001", "\n", "\u007f", "\u0085", "\u00ad", "\u200b", "\u200e", "\u2028", "\u202e"];
const others = ["\ufeff", "\ud800", "\udc00", "\u{e0001}", "\u{1f9fe}", "é", " ", "#"];

/** Mostly returns `null`. */
const seldom = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, value);

/** A text, short or near a limit, sometimes with a character that matters to a rule. */
const text = (max: number) =>
  fc
    .tuple(
      fc.oneof(
        { weight: 6, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
        { weight: 2, arbitrary: fc.integer({ min: max - 1, max: max + 1 }).map((length) => "x".repeat(length)) },
        {
          weight: 1,
          arbitrary: fc.integer({ min: (max >> 1) - 1, max: (max >> 1) + 1 }).map((n) => "\u{1f9fe}".repeat(n)),
        },
      ),
      seldom(fc.constantFrom(...specials, ...others)),
    )
    .map(([body, special]) => (special === null ? body : `${body}${special}`));

/** Without a backslash: V8 misreads some keys with one (`storable-text.test.ts`). */
const key = text(8).filter((name) => !name.includes("\\"));

const nested = fc.integer({ min: 12, max: maxDepth + 1 }).map((levels) => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { in: value } : [value];
  return value;
});
const json = fc.oneof(
  { weight: 8, arbitrary: fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }) },
  { weight: 2, arbitrary: nested },
  { weight: 2, arbitrary: text(20) },
  { weight: 1, arbitrary: fc.constant("x".repeat(70_000)) },
);
const object = fc.dictionary(key, json, { maxKeys: 3 });

const url = fc.oneof(
  fc.webUrl({ validSchemes: ["https", "http"] }),
  fc.constantFrom("", "https:", "https://", "https://[x", "HTTPS://a.example", " https://a.example/…", "javascript:x"),
  fc.constantFrom("ht\ttps://a.example", "\u0001https://a.example", "https:a.example", "https", "//a.example", "\n"),
);

const orNothing = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 8 });
const time = fc.oneof(
  fc
    .date({ min: new Date("1970-01-01"), max: new Date("2027-01-01"), noInvalidDate: true })
    .map((at) => at.toISOString()),
  fc.constantFrom("2026-02-28T23:59:59Z", "2026-05-11T08:30:12+05:30", "2026-05-11T08:30:12.123456789-11:30"),
  fc.constantFrom("0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2023-02-29T00:00:00Z"),
  fc.constantFrom("2026-05-11", "2026-05-11 08:30", "2026-05-11t08:30:12,5z", "2026-05-11T08:30:12 0530"),
  fc.constantFrom("2026-05-11T08:30:60Z", "2026-05-11T24:00", "2026-05-11T25:00", "20260511", "2026-05-11T08:30+24:00"),
  fc.constantFrom("yesterday", "", "2026-13-01T00:00:00Z", "2026-05-11T08:30:12Z\n"),
);

/** Values of a field, mostly near its limits. */
const fields: Readonly<Record<keyof EventInput, fc.Arbitrary<unknown>>> = {
  event_id: fc.constantFrom(`evt_${"0a".repeat(16)}`, "evt_1", `evt_${"0A".repeat(16)}`),
  idempotency_key: text(255),
  org_id: fc.oneof(fc.constantFrom("org_1", "a".repeat(64), "a".repeat(65), "_a", "a b"), text(64)),
  action: fc.oneof(fc.constantFrom("A_B", `A_${"B".repeat(62)}`, `A_${"B".repeat(63)}`, "a_b", "A_"), text(64)),
  entity_type: fc.constantFrom(...entityTypes, "HOLOGRAM"),
  entity_id: text(256),
  entity_ref: orNothing(text(256)),
  actor_user_id: orNothing(text(256)),
  actor: orNothing(
    fc.record(
      {
        name: orNothing(text(256)),
        email: orNothing(text(320)),
        avatar_url: orNothing(url),
        type: fc.constantFrom("user", "agent", "robot", null),
        on_behalf_of: orNothing(fc.record({ user_id: text(256), name: orNothing(text(256)) }, { requiredKeys: [] })),
        colour: fc.constant("red"),
      },
      { requiredKeys: [] },
    ),
  ),
  changes: orNothing(
    fc.dictionary(
      key,
      fc.oneof(fc.record({ old: json, new: json }), fc.constantFrom({ old: 1 }, { old: 1, new: 2, at: 3 }, 1)),
    ),
  ),
  metadata: fc.oneof({ weight: 8, arbitrary: object }, { weight: 1, arbitrary: fc.constantFrom(null, [], "x") }),
  occurred_at: time,
  related: fc.oneof(
    fc.array(
      fc.record(
        { entity_type: fc.constantFrom(...entityTypes), entity_id: text(256), entity_ref: orNothing(text(256)) },
        {
          requiredKeys: ["entity_type", "entity_id"],
        },
      ),
      { maxLength: 3 },
    ),
    fc.constantFrom(50, 51).map((length) => Array(length).fill({ entity_type: "ITEM", entity_id: "i" })),
  ),
  text: orNothing(text(4096)),
  information: orNothing(text(4096)),
  params: orNothing(object),
  notify: fc.constantFrom(true, false, null),
};

/** The JSON text of a valid event with a few fields replaced, so that most are accepted or rejected because of one. */
export const nearLimitsEventText = fc
  .subarray(Object.keys(fields), { minLength: 1, maxLength: 3 })
  .chain((chosen) => {
    const replaced = Object.entries(fields).filter(([name]) => chosen.includes(name));
    return fc.tuple(fc.record(Object.fromEntries(replaced)), seldom(fc.constantFrom("colour", "__proto__")));
  })
  .map(([replaced, unknown]) => {
    const whole = Object.entries({ ...anInput(), ...replaced });
    return JSON.stringify(Object.fromEntries(unknown === null ? whole : [...whole, [unknown, 1]]));
  });
