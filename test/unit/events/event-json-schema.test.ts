import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { eventJsonSchema, ingestRules } from "#shared/events/event-json-schema.ts";
import { maxEventBytes } from "#shared/events/limits.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import { invisiblePattern, isVisibleId } from "#shared/events/text/text-rules.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import { anInput, testNow } from "#test/support/builders.ts";
import { nearLimitsEventText } from "#test/support/events/near-limits-event.ts";

const schema = eventJsonSchema("https://api.example.com");
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
formats.default(ajv);
const isValid = ajv.compile(schema);

/** Returns why ingest rejects a text; `null` if it accepts it. */
function refusalOfText(text: string): string | null {
  try {
    parseEvent(text, { now: testNow, entropy: "schema" });
    return null;
  } catch (error) {
    if (error instanceof ActivityError) return error.message;
    throw error;
  }
}

/** Returns every text and key in a value. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}

type Rule = keyof typeof ingestRules;

/** For each rule that only ingest checks, whether an event breaks it, by a simple implementation. */
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

describe("eventJsonSchema", () => {
  it("accepts exactly what ingest accepts, except for the rules that it names", () => {
    const counts = { taken: 0, refused: 0, named: 0 };
    fc.assert(
      fc.property(nearLimitsEventText, (sent) => {
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
    // The test is only meaningful if the generator makes enough of each kind.
    expect(
      Object.values(counts).every((count) => count > 50),
      JSON.stringify(counts),
    ).toBe(true);
  });

  it.each<[Rule, string, string]>([
    ["too_large", JSON.stringify(anInput({ metadata: { a: "x".repeat(maxEventBytes) } })), "the limit is 65536"],
    [
      "inexact_number",
      JSON.stringify(anInput()).replace("}", ',"params":{"n":9007199254740993}}'),
      "cannot be stored exactly",
    ],
    ["repeated_key", JSON.stringify(anInput()).replace("}", ',"params":{"n":1,"n":1}}'), "appears twice"],
    ["unpaired_surrogate", JSON.stringify(anInput({ text: "\ud800" })), "an unpaired surrogate"],
    ["utf16_length", JSON.stringify(anInput({ entity_id: "\u{1f9fe}".repeat(200) })), "256"],
    ["unreal_time", JSON.stringify(anInput({ occurred_at: "0000-01-01T00:00:00Z" })), "occurred_at"],
    ["future_time", JSON.stringify(anInput({ occurred_at: "2027-01-01T00:00:00Z" })), "in the future"],
    ["invalid_url", JSON.stringify(anInput({ actor: { avatar_url: "https://[x" } })), "https URL"],
  ])("names %s, which only ingest checks", (rule, sent, reason) => {
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
  ])("rejects %s", (_, input) => {
    expect(isValid(input)).toBe(false);
    expect(refusalOfText(JSON.stringify(input))).not.toBeNull();
  });

  it("has examples that it and ingest accept", () => {
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

it("invisiblePattern matches what ids must not contain", () => {
  const found = new RegExp(invisiblePattern, "u");
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (found.test(character) === isVisibleId(character)) expect(character, code.toString(16)).toBe("found");
  }
});
