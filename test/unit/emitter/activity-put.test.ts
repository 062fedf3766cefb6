import { describe, expect, it } from "vitest";
import { activityPut } from "../../../clients/emitter/emitter.ts";

const event = {
  org_id: "org_1",
  action: "INVOICE_SENT",
  entity_type: "INVOICE",
  entity_id: "inv_1",
  occurred_at: "2026-05-11T08:30:12+02:00",
} as const;

const options = { now: () => new Date("2026-05-11T12:00:00Z"), newId: () => "entropy" };

describe("activityPut", () => {
  it("is a conditional put of the event's item", () => {
    expect(activityPut("events", event, options)).toEqual({
      TableName: "events",
      Item: expect.objectContaining({
        timeline: "org_1#inv_1",
        position: expect.stringMatching(/^2026-05-11T06:30:12\.000Z#evt_[0-9a-f]{32}$/),
        recorded_at: "2026-05-11T12:00:00.000Z",
        metadata: "{}",
      }),
      ConditionExpression: "attribute_not_exists(timeline)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("gives every event an id of its own", () => {
    expect(activityPut("events", event).Item.event_id).not.toBe(activityPut("events", event).Item.event_id);
  });

  it("fails the caller loudly where the event is bad", () => {
    expect(() => activityPut("events", { ...event, occurred_at: "yesterday" }, options)).toThrow(/occurred_at must be/);
    expect(() => activityPut("events", { ...event, metadata: { total: Infinity } }, options)).toThrow(
      /total is Infinity/,
    );
  });

  it("writes to shard 0 unless it is told that the organisation has several", () => {
    const own = { ...event, event_id: `evt_${"1".repeat(32)}` } as const;
    expect(activityPut("events", own, options).Item.shard).toBe("0");
    expect(activityPut("events", own, { ...options, shards: 32 }).Item.shard).toBe("10");
  });

  it.each([0, 3, 64, Number.NaN])("refuses %d shards, which no organisation has", (shards) => {
    expect(() => activityPut("events", event, { ...options, shards })).toThrow(/shards must be one of 1, 2, 4/);
  });

  it("refuses an idempotency key, which one put cannot hold", () => {
    const keyed = Object.assign({ ...event }, JSON.parse('{"idempotency_key":"key"}'));
    expect(() => activityPut("events", keyed, options)).toThrow(/takes no idempotency_key/);
  });
});
