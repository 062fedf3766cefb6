import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { activityPut } from "#clients/emitter/activity-put.ts";

const event = {
  org_id: "org_1",
  action: "INVOICE_SENT",
  entity_type: "INVOICE",
  entity_id: "inv_1",
  occurred_at: "2026-05-11T08:30:12+02:00",
} as const;

const machineNow = Date.parse("2026-05-11T12:00:00Z");
const clientOf = (systemClockOffset: number) => ({ config: { systemClockOffset } });
const client = clientOf(0);

beforeEach(() => {
  vi.spyOn(Date, "now").mockReturnValue(machineNow);
});

describe("activityPut", () => {
  it("returns a conditional put of the event's item", () => {
    expect(activityPut(client, "events", event, { newId: () => "entropy" })).toEqual({
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

  it.each([undefined, ""])("throws with the name of the output when the table name is %j", (missing) => {
    expect(() => activityPut(client, missing, event)).toThrow(
      new TypeError("table is missing: give the name of the events table, the output TableEvents."),
    );
  });

  it("generates a unique id for each event", () => {
    const idOf = () => activityPut(client, "events", event).Item.event_id;
    expect(idOf()).not.toBe(idOf());
  });

  it("stores the notify flag only when it is false", () => {
    expect(activityPut(client, "events", { ...event, notify: false }).Item.notify).toBe("no");
    expect(activityPut(client, "events", { ...event, notify: true }).Item).not.toHaveProperty("notify");
  });

  it("throws when the event is invalid", () => {
    const put = (over: object) => activityPut(client, "events", { ...event, ...over });
    expect(() => put({ occurred_at: "yesterday" })).toThrow(/occurred_at must be/);
    expect(() => put({ metadata: { total: Infinity } })).toThrow(/total is Infinity/);
  });

  it("writes to shard 0 unless a shard count is given", () => {
    const own = { ...event, event_id: `evt_${"1".repeat(32)}` } as const;
    expect(activityPut(client, "events", own).Item.shard).toBe("0");
    expect(activityPut(client, "events", own, { shards: 32 }).Item.shard).toBe("10");
  });

  it.each([0, 3, 64, Number.NaN])("throws for the invalid shard count %d", (shards) => {
    expect(() => activityPut(client, "events", event, { shards })).toThrow(/shards must be one of 1, 2, 4/);
  });

  it("throws for an idempotency key, which one put cannot store", () => {
    const keyed = Object.assign({ ...event }, JSON.parse('{"idempotency_key":"key"}'));
    expect(() => activityPut(client, "events", keyed)).toThrow(/takes no idempotency_key/);
  });
});

describe("the clock of activityPut", () => {
  const farOff = fc.integer({ min: 2_000, max: 30 * 86_400_000 });
  const offset = fc.oneof(
    farOff,
    farOff.map((ms) => -ms),
  );
  const lead = fc.integer({ min: -600_000, max: 600_000 });

  it("uses the time of AWS for recorded_at and for rejecting future events, at any clock offset", () => {
    fc.assert(
      fc.property(offset, lead, (offsetMs, leadMs) => {
        const now = machineNow + offsetMs;
        const occurred_at = new Date(now + leadMs).toISOString();
        const put = () => activityPut(clientOf(offsetMs), "events", { ...event, occurred_at });
        if (leadMs > 300_000) expect(put).toThrow(/more than 5 minutes in the future/);
        else expect(put().Item.recorded_at).toBe(new Date(now).toISOString());
      }),
    );
  });

  it("takes the time of AWS from the first response of the SDK client, also from an error", async () => {
    const awsNow = new Date(machineNow - 864_000_000);
    const headers = { date: awsNow.toUTCString(), "x-amz-id-2": "1" };
    const answering = (statusCode: number) =>
      new DynamoDBClient({
        region: "us-east-1",
        credentials: { accessKeyId: "x", secretAccessKey: "x" },
        maxAttempts: 1,
        requestHandler: { handle: async () => ({ response: { statusCode, headers } }) },
      });
    for (const statusCode of [200, 400]) {
      const documents = DynamoDBDocumentClient.from(answering(statusCode));
      await documents.send(new ListTablesCommand()).catch(() => {});
      const past = { ...event, occurred_at: awsNow.toISOString() };
      expect(activityPut(documents, "events", past).Item.recorded_at).toBe(awsNow.toISOString());
      expect(() => activityPut(documents, "events", event)).toThrow(/more than 5 minutes in the future/);
    }
  });

  it.each([-1_999, -999, -1, 1, 1_999])(
    "uses the machine's time when the offset of %d ms is within the precision of the header",
    (ms) => {
      expect(activityPut(clientOf(ms), "events", event).Item.recorded_at).toBe(new Date(machineNow).toISOString());
    },
  );

  it("does not go back when responses have a time of whole seconds and the machine's clock is right", async () => {
    let [now, header] = [machineNow, ""];
    vi.spyOn(Date, "now").mockImplementation(() => now);
    const dynamo = new DynamoDBClient({
      region: "us-east-1",
      credentials: { accessKeyId: "x", secretAccessKey: "x" },
      maxAttempts: 1,
      requestHandler: { handle: async () => ({ response: { statusCode: 200, headers: { date: header } } }) },
    });
    const recorded: string[] = [];
    for (const ms of [100, 900, 1_050, 1_999, 2_001]) {
      now = machineNow + ms;
      header = new Date(now).toUTCString();
      await dynamo.send(new ListTablesCommand()).catch(() => {});
      recorded.push(String(activityPut(dynamo, "events", event).Item.recorded_at));
    }
    expect(recorded).toEqual([100, 900, 1_050, 1_999, 2_001].map((ms) => new Date(machineNow + ms).toISOString()));
  });

  it("throws when the client has no clock offset", () => {
    expect(() => activityPut(clientOf(Number.NaN), "events", event)).toThrow(TypeError);
  });
});
