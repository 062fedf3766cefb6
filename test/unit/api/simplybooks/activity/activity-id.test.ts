import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { demoOrg, seedEvents } from "#infra/local/demo/seed-events.ts";
import { parseActivitySecond, toActivityId } from "#shared/api/simplybooks/activity/activity-id.ts";
import type { Position } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { anEvent, testNow } from "#test/support/builders.ts";

const at = (occurred_at: string, over: Partial<Position> = {}) => toActivityId(anEvent({ occurred_at, ...over }));

/** Clients keep these numbers: they must stay as they are for ever. */
describe("toActivityId, golden values", () => {
  it.each<[string, Position, number]>([
    ["the documented sample", anEvent(), 3729760112622830],
    [
      "the vendor's example",
      { occurred_at: "2012-10-01T18:28:35.000Z", event_id: `evt_${"0".repeat(32)}`, entity_id: "7041" },
      2829301560328793,
    ],
    [
      "an id that is not Latin",
      { occurred_at: "2026-02-28T23:59:59.999Z", event_id: "evt_4e2a91f06e6c4b4eac9d8d23b6d1c401", entity_id: "счёт" },
      3716831142014374,
    ],
    ["before 1970", anEvent({ occurred_at: "0001-01-01T00:00:00.000Z" }), 1850606],
    ["after 2106", anEvent({ occurred_at: "9999-12-31T23:59:59.999Z" }), 9007199254494446],
  ])("%s never changes", (_, event, id) => expect(toActivityId(event)).toBe(id));
});

it("toActivityId ignores fields that dialects render", () => {
  const other = anEvent({
    text: "x",
    contact_id: "con_1",
    org_id: "org_other",
    entity_ref: null,
    action: "EMAIL_SENT",
  });
  expect(toActivityId(other)).toBe(toActivityId(anEvent()));
});

it("toActivityId differs by document and by event within a second", () => {
  const ids = [
    at("2026-05-11T08:30:12.000Z"),
    at("2026-05-11T08:30:12.000Z", { entity_id: "inv_other" }),
    at("2026-05-11T08:30:12.000Z", { event_id: `evt_${"1".repeat(32)}` }),
  ];
  expect(new Set(ids).size).toBe(3);
  expect(at("2026-05-11T08:30:12.999Z")).toBe(ids[0]);
});

const [firstTime, lastTime] = [new Date("0001-01-01T00:00:00.000Z"), new Date("9999-12-31T23:59:59.999Z")];
const anyTime = fc
  .oneof(
    fc.date({ min: firstTime, max: lastTime, noInvalidDate: true }),
    fc.date({ min: new Date("1969-12-31T23:59:50Z"), max: new Date("1970-01-01T00:00:10Z"), noInvalidDate: true }),
    fc.date({ min: new Date("2106-02-07T06:28:05Z"), max: new Date("2106-02-07T06:28:25Z"), noInvalidDate: true }),
    fc.date({ min: new Date("2020-01-01T00:00:00Z"), max: new Date("2030-01-01T00:00:00Z"), noInvalidDate: true }),
    fc.constantFrom(firstTime, lastTime),
  )
  .map((date) => date.toISOString());
const anyPosition = fc.record({
  occurred_at: anyTime,
  event_id: fc.stringMatching(/^evt_[0-9a-f]{32}$/),
  entity_id: fc.string({ minLength: 1, maxLength: 256, unit: "binary" }),
});

it("toActivityId returns a whole number below 2^53 that contains the second of the event", () => {
  fc.assert(
    fc.property(anyPosition, (event) => {
      const id = toActivityId(event);
      expect(Number.isSafeInteger(id) && id >= 0).toBe(true);
      const second = parseActivitySecond(String(id));
      expect(second).not.toBeNull();
      expect((second?.since ?? "") <= event.occurred_at).toBe(true);
      expect((second?.until ?? "~") >= event.occurred_at).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

it("toActivityId increases with the second for any documents", () => {
  fc.assert(
    fc.property(anyPosition, anyPosition, (one, other) => {
      const inRange = (time: string) => time >= "1970" && time < "2106-02-07T06:28:15";
      fc.pre(inRange(one.occurred_at) && inRange(other.occurred_at));
      const [a, b] = [one.occurred_at.slice(0, 19), other.occurred_at.slice(0, 19)];
      fc.pre(a !== b);
      expect(toActivityId(one) < toActivityId(other)).toBe(a < b);
    }),
  );
});

describe("parseActivitySecond", () => {
  it.each([
    ["2026-05-11T08:30:12.345Z", "2026-05-11T08:30:12.000Z", "2026-05-11T08:30:12.999Z"],
    ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:01.000Z", "1970-01-01T00:00:01.999Z"],
    ["2106-02-07T06:28:14.999Z", "2106-02-07T06:28:14.000Z", "2106-02-07T06:28:14.999Z"],
  ])("of a number at %s returns %s until %s", (time, since, until) => {
    expect(parseActivitySecond(String(at(time)))).toEqual({ since, until });
  });

  it.each(["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.999Z"])(
    "at %s has no lower bound",
    (time) => expect(parseActivitySecond(String(at(time)))).toEqual({ since: null, until: "1970-01-01T00:00:00.999Z" }),
  );

  it.each(["2106-02-07T06:28:15.000Z", "2500-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])(
    "at %s has no upper bound",
    (time) => expect(parseActivitySecond(String(at(time)))).toEqual({ since: "2106-02-07T06:28:15.000Z", until: null }),
  );

  it.each(["0", "1", "2097151", "9007199254740991"])("accepts %s", (id) =>
    expect(parseActivitySecond(id)).not.toBeNull(),
  );

  it.each([
    "",
    " ",
    "-1",
    "+1",
    "1.0",
    "1.5",
    "1e3",
    "0x10",
    "01",
    "00",
    " 1",
    "1 ",
    "1\n",
    "٣",
    "abc",
    "null",
    "NaN",
    "Infinity",
    "9007199254740992",
    "9999999999999999",
    "90071992547409910",
    "9".repeat(5_000),
  ])("returns null for %j", (id) => expect(parseActivitySecond(id)).toBeNull());
});

it("toActivityId has no collisions in the demo data", () => {
  const ids = [...seedEvents, ...generateQuarter(demoOrg.org_id, 268, 2026_01)].map((input, index) =>
    toActivityId(parseEventValue(input, { now: testNow, entropy: `demo ${index}` }).event),
  );
  expect(ids.length).toBeGreaterThan(1_000);
  expect(new Set(ids).size).toBe(ids.length);
});

/** `mulberry32`: the same numbers below 2^32 on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

it("toActivityId has almost no collisions among 200,000 events of five years, and few within seconds", () => {
  const random = seeded(20_260_601);
  const word = () => random().toString(16).padStart(8, "0");
  const start = Date.parse("2021-01-01T00:00:00Z") / 1000;
  const repeated = (seconds: number, count: number) => {
    const ids = new Set<number>();
    for (let index = 0; index < count; index++) {
      const occurred_at = new Date((start + (random() % seconds)) * 1000).toISOString();
      ids.add(toActivityId({ occurred_at, event_id: `evt_${word()}${word()}${word()}${word()}`, entity_id: word() }));
    }
    return count - ids.size;
  };
  // 127 pairs share a second, and each pair one of 2^21 digests.
  expect(repeated(5 * 365 * 86_400, 200_000)).toBeLessThanOrEqual(3);
  // 2 * 10^8 pairs of 2^21 digests: 95, give or take ten. A digest that uses fewer bits has twice as many.
  const crowded = repeated(1, 20_000);
  expect(crowded).toBeGreaterThan(50);
  expect(crowded).toBeLessThan(145);
});
