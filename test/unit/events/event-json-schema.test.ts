import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActivityError } from "../../../shared/events/errors.ts";
import { eventJsonSchema, ingestRules } from "../../../shared/events/event-json-schema.ts";
import { maxDepth, maxEventBytes } from "../../../shared/events/limits.ts";
import { readEventText } from "../../../shared/events/read-event.ts";
import { invisiblePattern, isVisibleId } from "../../../shared/events/text-rules.ts";
import { parseTimestamp } from "../../../shared/events/timestamp.ts";
import { entityTypes } from "../../../shared/events/vocabulary.ts";
import { anInput, testNow } from "../../support/builders.ts";

const schema = eventJsonSchema("https://api.example.com");
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
formats.default(ajv);
const isValid = ajv.compile(schema);

/** Why ingest refuses a text; `null` if it takes it. */
function refusalOfText(text: string): string | null {
  try {
    readEventText(text, { now: testNow, entropy: "schema" });
    return null;
  } catch (error) {
    if (error instanceof ActivityError) return error.message;
    throw error;
  }
}

/** Every text and key inside a value. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}

type Rule = keyof typeof ingestRules;

/** Whether an event breaks a rule that only ingest checks, by a plain reading of the rule. */
const breaks: Readonly<
  Record<Exclude<Rule, "inexact_number" | "repeated_key" | "conflict">, (event: object) => boolean>
> = {
  too_large: (event) => Buffer.byteLength(JSON.stringify(event)) > maxEventBytes,
  unpaired_surrogate: (event) => textsOf(event).some((text) => !text.isWellFormed()),
  utf16_length: (event) => textsOf(event).some((text) => text.length > [...text].length && text.length > 255),
  unreal_time: (event) => parseTimestamp(timeOf(event)) === null,
  future_time: (event) => Date.parse(parseTimestamp(timeOf(event)) ?? "") > testNow.getTime() + 300_000,
  invalid_url: (event) => textsOf(event).some((text) => /^\s*https:/i.test(text) && !URL.canParse(text)),
};

function timeOf(event: object): string {
  return "occurred_at" in event ? String(event.occurred_at) : "";
}

const specials = ["\u0000", "\u0001", "\n", "\u007f", "\u0085", "\u00ad", "\u200b", "\u200e", "\u2028", "\u202e"];
const others = ["\ufeff", "\ud800", "\udc00", "\u{e0001}", "\u{1f9fe}", "é", " ", "#"];

/** Mostly `null`. */
const seldom = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, value);

/** A text, short or about as long as a limit, some with a character that is special to a rule. */
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
const object = fc.dictionary(text(8), json, { maxKeys: 3 });

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

/** What a field may be given: mostly something near its limits. */
const fields: Readonly<Record<keyof typeof schema.properties, fc.Arbitrary<unknown>>> = {
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
      text(8),
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

/** A valid event with a few fields replaced, so that most events are decided by one of them. */
const event = fc
  .subarray(Object.keys(fields), { minLength: 1, maxLength: 3 })
  .chain((chosen) => {
    const replaced = Object.entries(fields).filter(([name]) => chosen.includes(name));
    return fc.tuple(fc.record(Object.fromEntries(replaced)), seldom(fc.constantFrom("colour", "__proto__")));
  })
  .map(([replaced, unknown]) => {
    const whole = Object.entries({ ...anInput(), ...replaced });
    return JSON.stringify(Object.fromEntries(unknown === null ? whole : [...whole, [unknown, 1]]));
  });

describe("the served JSON Schema of an event", () => {
  it("accepts what ingest takes, and nothing else but what breaks a rule that it names", () => {
    const counts = { taken: 0, refused: 0, named: 0 };
    fc.assert(
      fc.property(event, (sent) => {
        const value: object = JSON.parse(sent);
        const refusal = refusalOfText(sent);
        const accepted = isValid(value);
        if (refusal === null) expect(accepted, ajv.errorsText(isValid.errors)).toBe(true);
        else if (accepted)
          expect(
            Object.values(breaks).some((isBroken) => isBroken(value)),
            refusal,
          ).toBe(true);
        counts[refusal === null ? "taken" : accepted ? "named" : "refused"] += 1;
      }),
      { numRuns: 3_000 },
    );
    // The generator makes enough of each kind for the test to mean something.
    expect(
      Object.values(counts).every((count) => count > 100),
      JSON.stringify(counts),
    ).toBe(true);
  });

  it.each<[Rule, string, string]>([
    ["too_large", JSON.stringify(anInput({ metadata: { a: "x".repeat(maxEventBytes) } })), "at most 65536 are kept"],
    [
      "inexact_number",
      JSON.stringify(anInput()).replace("}", ',"params":{"n":9007199254740993}}'),
      "cannot be kept exactly",
    ],
    ["repeated_key", JSON.stringify(anInput()).replace("}", ',"params":{"n":1,"n":1}}'), "is there twice"],
    ["unpaired_surrogate", JSON.stringify(anInput({ text: "\ud800" })), "half of a surrogate pair"],
    ["utf16_length", JSON.stringify(anInput({ entity_id: "\u{1f9fe}".repeat(200) })), "256"],
    ["unreal_time", JSON.stringify(anInput({ occurred_at: "0000-01-01T00:00:00Z" })), "occurred_at"],
    ["future_time", JSON.stringify(anInput({ occurred_at: "2027-01-01T00:00:00Z" })), "in the future"],
    ["invalid_url", JSON.stringify(anInput({ actor: { avatar_url: "https://[x" } })), "https URL"],
  ])("names %s, which only ingest refuses", (rule, sent, reason) => {
    expect(isValid(JSON.parse(sent)), ajv.errorsText(isValid.errors)).toBe(true);
    expect(refusalOfText(sent)).toContain(reason);
    expect(schema.description).toContain(ingestRules[rule]);
  });

  it.each([
    ["a control character in an id", anInput({ entity_id: "a\u0001" })],
    ["a mark of direction in an id", anInput({ actor_user_id: "a\u202e" })],
    ["a line break in a related id", anInput({ related: [{ entity_type: "ITEM", entity_id: "a\u2028" }] })],
    ["U+0000 in a line", anInput({ text: "a\u0000" })],
    ["U+0000 deep inside", anInput({ metadata: { a: [{ b: "\u0000" }] } })],
    ["U+0000 in a key deep inside", anInput({ params: { a: [{ "\u0000": 1 }] } })],
    ["an event_id and an idempotency_key", anInput({ event_id: `evt_${"0".repeat(32)}`, idempotency_key: "1" })],
    ["an avatar that is no https URL", anInput({ actor: { avatar_url: "javascript:alert(1)" } })],
  ])("refuses %s", (_, input) => {
    expect(isValid(input)).toBe(false);
    expect(refusalOfText(JSON.stringify(input))).not.toBeNull();
  });

  it("has examples that it accepts and ingest takes", () => {
    expect(schema.examples.length).toBeGreaterThan(1);
    for (const example of schema.examples) {
      expect([isValid(example), refusalOfText(JSON.stringify(example))]).toEqual([true, null]);
    }
  });

  it("describes itself and each field", () => {
    expect([schema.$id, schema.title]).toEqual([
      "https://api.example.com/schemas/event.json",
      "Event of the activity log",
    ]);
    for (const rule of Object.values(ingestRules)) expect(schema.description).toContain(rule);
    for (const [name, field] of Object.entries(schema.properties))
      expect([name, typeof field.description]).toEqual([name, "string"]);
  });
});

it("the pattern of invisible characters finds what ids may not hold", () => {
  const found = new RegExp(invisiblePattern, "u");
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (found.test(character) === isVisibleId(character)) expect(character, code.toString(16)).toBe("found");
  }
});
