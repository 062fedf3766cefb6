import fc from "fast-check";
import { expect, it } from "vitest";
import { eventIdFromKey, eventIdFromTime } from "#shared/events/event-id.ts";
import { eventIdPattern } from "#shared/events/limits.ts";

const time = fc
  .integer({ min: 0, max: Date.parse("9999-12-31T23:59:59.999Z") })
  .map((at) => new Date(at).toISOString());

it("eventIdFromTime returns a UUID version 7 of the event's time", () => {
  fc.assert(
    fc.property(time, fc.string(), (occurredAt, entropy) => {
      const id = eventIdFromTime(occurredAt, entropy);
      expect(id).toMatch(eventIdPattern);
      const hex = id.slice(4);
      expect(Number.parseInt(hex.slice(0, 12), 16)).toBe(Date.parse(occurredAt));
      expect(hex.charAt(12)).toBe("7");
      expect("89ab").toContain(hex.charAt(16));
    }),
  );
});

it("eventIdFromTime returns the same id only for the same time and entropy", () => {
  const at = "2026-05-11T08:30:12.000Z";
  expect(eventIdFromTime(at, "message-1")).toBe(eventIdFromTime(at, "message-1"));
  expect(eventIdFromTime(at, "message-1")).not.toBe(eventIdFromTime(at, "message-2"));
});

it("eventIdFromTime counts times before 1970 as 1970", () => {
  expect(eventIdFromTime("0001-01-01T00:00:00.000Z", "e")).toBe(eventIdFromTime("1970-01-01T00:00:00.000Z", "e"));
  expect(eventIdFromTime("1970-01-01T00:00:00.000Z", "e")).toMatch(/^evt_0{12}7/);
});

it("eventIdFromKey returns one id for an organisation's idempotency key", () => {
  expect(eventIdFromKey("org_a", "order-1")).not.toBe(eventIdFromKey("org_b", "order-1"));
  const org = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
  fc.assert(
    fc.property(org, fc.string(), org, fc.string(), (orgA, keyA, orgB, keyB) => {
      expect(eventIdFromKey(orgA, keyA)).toMatch(eventIdPattern);
      const isSame = orgA === orgB && keyA === keyB;
      expect(eventIdFromKey(orgA, keyA) === eventIdFromKey(orgB, keyB)).toBe(isSame);
    }),
  );
});
