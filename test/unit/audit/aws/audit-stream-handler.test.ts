import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { AuditEntry } from "#shared/audit/aws/audit-log.ts";
import { type AuditStreamPorts, createAuditStreamHandler } from "#shared/audit/aws/audit-stream-handler.ts";
import { toRecordId } from "#shared/audit/record-id.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { shardOf } from "#shared/events/shards/shards.ts";
import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { keyOf } from "#test/support/events/demo-log.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

type Attributes = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

const stored = new Date("2026-06-01T12:00:29.000Z");

const imageOf = (event: ActivityEvent): Attributes =>
  Object.fromEntries(Object.entries(toEventItem(event)).map(([name, S]) => [name, { S }]));

const aRecord = (over: DynamoDBRecord = {}, dynamodb: DynamoDBRecord["dynamodb"] = {}): DynamoDBRecord => ({
  eventName: "INSERT",
  dynamodb: { SequenceNumber: "seq-1", ApproximateCreationDateTime: stored.getTime() / 1_000, ...dynamodb },
  ...over,
});

/** Recorded when the table stored it, so that the writer's clock is right. */
const aStoredEvent = (over: Partial<ActivityEvent> = {}) => anEvent({ recorded_at: stored.toISOString(), ...over });

const inserted = (event = aStoredEvent(), SequenceNumber = "seq-1", at = stored) =>
  aRecord(
    {},
    { SequenceNumber, NewImage: imageOf(event), ApproximateCreationDateTime: Math.floor(at.getTime() / 1_000) },
  );

const removed = (over: DynamoDBRecord = {}) =>
  aRecord({ eventName: "REMOVE", ...over }, { OldImage: imageOf(anEvent()) });

/** Runs a batch. Returns the response, the entries of the audit log with their lines, and the function's own log. */
async function run(Records: DynamoDBRecord[], over: Partial<AuditStreamPorts> = {}) {
  const log = captureLogLines();
  const entries: AuditEntry[] = [];
  const ports: AuditStreamPorts = {
    auditLog: {
      async put(added) {
        entries.push(...added);
      },
    },
    parseEvent: parseEventItem,
    isShardRead: async () => true,
    getClock: async () => getZoneClock("UTC"),
    now: () => testNow,
    ...over,
  };
  const response = await createAuditStreamHandler(ports)({ Records }, buildLambdaContext());
  return {
    failed: response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    times: entries.map(({ time }) => time),
    lines: entries.map(({ text }) => lineOf(text)),
    log,
  };
}

function lineOf(text: string): JsonObject {
  const line: unknown = JSON.parse(text);
  if (!isJsonObject(line)) throw new Error("The line is no JSON object.");
  return line;
}

describe("createAuditStreamHandler for an added event", () => {
  it("writes one line with its fields, at the time when it was stored", async () => {
    const { failed, times, lines, log } = await run([inserted()]);
    expect(failed).toEqual([]);
    expect(times).toEqual([stored]);
    const { event_id, org_id, action, entity_type, entity_id, entity_ref, actor_user_id } = anEvent();
    expect(lines).toMatchObject([
      {
        time: stored.toISOString(),
        message: "event",
        event_id,
        org_id,
        action,
        entity_type,
        entity_id,
        entity_ref,
        actor_user_id,
        occurred_at: "2026-05-11T08:30:12.000Z",
        recorded_at: stored.toISOString(),
        sequence_number: "seq-1",
        changes: { status: { old: "DRAFT", new: "SENT" } },
        metadata: { source: "PUBLIC_API" },
      },
    ]);
    expect(lines[0]).not.toHaveProperty("actor");
    expect(lines[0]).not.toHaveProperty("clock_skew_seconds");
    expect(log).toMatchObject([{ EventsLogged: 1, request_id: "invocation-1" }]);
    for (const metric of ["ClockSkew", "EventsUnlisted"]) expect(log[0]).not.toHaveProperty(metric);
  });

  it("reports and counts a clock that is more than five minutes off", async () => {
    const seconds = (offset: number) => new Date(stored.getTime() + offset * 1_000).toISOString();
    const events = [864_000, 300, -300, -301].map((offset) => anEvent({ recorded_at: seconds(offset) }));
    const { lines, log } = await run(events.map((event, n) => inserted(event, `seq-${n}`)));
    expect(lines.map(({ clock_skew_seconds }) => clock_skew_seconds)).toEqual([864_000, undefined, undefined, -301]);
    expect(lines.map(({ time }) => time)).toEqual(events.map(() => stored.toISOString()));
    expect(log).toMatchObject([{ EventsLogged: 4, ClockSkew: 2 }]);
  });

  it("reports and counts a shard that no list reads", async () => {
    const event = aStoredEvent();
    const shard = String(shardOf(event, 32));
    const NewImage = { ...imageOf(event), shard: { S: shard } };
    const asked: [string, string][] = [];
    const isListed = async (...of: [string, string]) => {
      asked.push(of);
      return of[1] === "0";
    };
    const records = [inserted(), aRecord({}, { SequenceNumber: "seq-2", NewImage })];
    const { failed, lines, log } = await run(records, { isShardRead: isListed });
    expect(asked).toEqual([
      [event.org_id, "0"],
      [event.org_id, shard],
    ]);
    expect(failed).toEqual([]);
    expect(lines[0]).not.toHaveProperty("unlisted_shard");
    expect(lines[1]).toMatchObject({ message: "event", event_id: event.event_id, unlisted_shard: shard });
    expect(log).toMatchObject([{ EventsLogged: 2, EventsUnlisted: 1 }]);
  });

  it("uses the time zone of its organisation", async () => {
    const events = ["org_in", "org_utc"].map((org_id) => anEvent({ org_id }));
    const clockOf = async (orgId: string) => getZoneClock(orgId === "org_in" ? "Asia/Kolkata" : "UTC");
    const { lines } = await run(
      events.map((event) => inserted(event)),
      { getClock: clockOf },
    );
    expect(lines).toMatchObject([
      { org_id: "org_in", occurred_local: "2026-05-11T14:00:12" },
      { org_id: "org_utc", occurred_local: "2026-05-11T08:30:12" },
    ]);
  });

  it("writes one line per event of a batch and reports the longest lag", async () => {
    const records = [1_000, 9_000, 4_000].map((ms, n) =>
      inserted(aStoredEvent({ entity_id: `inv_${n}` }), `seq-${n}`, new Date(testNow.getTime() - ms)),
    );
    const { lines, log } = await run(records);
    expect(lines.map(({ entity_id, sequence_number, lag_ms }) => [entity_id, sequence_number, lag_ms])).toEqual([
      ["inv_0", "seq-0", 1_000],
      ["inv_1", "seq-1", 9_000],
      ["inv_2", "seq-2", 4_000],
    ]);
    expect(log).toMatchObject([{ EventsLogged: 3, AuditLag: 9_000 }]);
  });

  it("writes an equal line on a retry, except for the lag", async () => {
    const tampered = aRecord({ eventName: "MODIFY" }, { OldImage: imageOf(anEvent()), NewImage: imageOf(anEvent()) });
    const batch = [inserted(), tampered];
    const first = await run(batch);
    const again = await run(batch, { now: () => new Date(testNow.getTime() + 7_000) });
    const rest = ({ lag_ms: _, ...line }: JsonObject) => line;
    expect(again.times).toEqual(first.times);
    expect(again.lines.map(rest)).toEqual(first.lines.map(rest));
    expect(again.lines.map(({ lag_ms }, n) => Number(lag_ms) - Number(first.lines[n]?.lag_ms))).toEqual([7_000, 7_000]);
  });
});

describe("createAuditStreamHandler for a record that only tampering can cause", () => {
  const before = anEvent();
  const after = anEvent({ actor_user_id: "usr_other", text: "changed" });

  it("writes both images of a modification and does not count it as an event", async () => {
    const record = aRecord({ eventName: "MODIFY" }, { OldImage: imageOf(before), NewImage: imageOf(after) });
    const { failed, times, lines, log } = await run([record, inserted()]);
    expect(failed).toEqual([]);
    expect(times[0]).toEqual(stored);
    expect(lines[0]).toEqual({
      time: stored.toISOString(),
      message: "tamper",
      record_id: toRecordId(keyOf(before)),
      operation: "MODIFY",
      event_id: before.event_id,
      org_id: before.org_id,
      entity_id: before.entity_id,
      sequence_number: "seq-1",
      lag_ms: testNow.getTime() - stored.getTime(),
      before: toEventItem(before),
      after: toEventItem(after),
    });
    expect(lines[1]).toMatchObject({ message: "event" });
    expect(log).toMatchObject([{ EventsLogged: 1 }]);
  });

  it("writes the image of a removal, without a principal if DynamoDB names none", async () => {
    const { lines, log } = await run([removed()]);
    expect(lines).toMatchObject([{ message: "tamper", operation: "REMOVE", before: toEventItem(before) }]);
    for (const absent of ["principal", "after"]) expect(lines[0]).not.toHaveProperty(absent);
    expect(log).toMatchObject([{ EventsLogged: 0 }]);
  });

  it("names the principal in Lambda's spelling", async () => {
    const userIdentity = { type: "Service", principalId: "dynamodb.amazonaws.com" };
    expect((await run([removed({ userIdentity })])).lines).toMatchObject([{ principal: "dynamodb.amazonaws.com" }]);
  });

  it("names DynamoDB when an item expired", async () => {
    const userIdentity = { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" };
    const { lines } = await run([removed({ userIdentity })]);
    expect(lines).toMatchObject([{ message: "tamper", operation: "REMOVE", principal: "dynamodb.amazonaws.com" }]);
  });

  it.each([
    ["is no event", { timeline: { S: "x" }, position: { S: "y" } }],
    ["is of a kind that there is not", { ...imageOf(anEvent()), entity_type: { S: "FOO" } }],
    ["stands on the timeline of another document", { ...imageOf(anEvent()), timeline: { S: "org_8f9a1c2d#other" } }],
    ["stands at another time", { ...imageOf(anEvent()), position: { S: "2026-05-11T08:30:13.000Z#evt_1" } }],
    ["has a key that is no text", { ...imageOf(anEvent()), position: { N: "5" } }],
    ["has an attribute too many", { ...imageOf(anEvent()), note: { S: "x" } }],
    ["has a number for a text", { ...imageOf(anEvent()), text: { N: "5" } }],
    ["has changes that are no JSON", { ...imageOf(anEvent()), changes: { S: "hunter2" } }],
    ["has an actor that would forge fields", { ...imageOf(anEvent()), actor: { S: 'null,"org_id":"org_b"' } }],
    ["has a line end in its metadata", { ...imageOf(anEvent()), metadata: { S: '{"a":1,\n"b":2}' } }],
    ["was recorded at no time", { ...imageOf(anEvent()), recorded_at: { S: "yesterday" } }],
    ["has an invalid id", imageOf(anEvent({ event_id: "x" }))],
    ["has an invalid action", { ...imageOf(anEvent()), action: { S: "lower case" } }],
    ["has nothing", undefined],
  ])("reports an added item that %s", async (_, NewImage) => {
    const { failed, lines, log } = await run([aRecord({}, { NewImage })]);
    expect(failed).toEqual([]);
    expect(lines).toMatchObject([{ message: "tamper", operation: "INSERT", sequence_number: "seq-1" }]);
    expect(lines[0]).not.toHaveProperty("before");
    expect(log).toMatchObject([{ EventsLogged: 0 }]);
  });

  it("writes attributes that are not text as in the stream", async () => {
    const { lines } = await run([aRecord({}, { NewImage: { timeline: { S: "x" }, amount: { N: "1.50" } } })]);
    expect(lines).toMatchObject([{ after: { timeline: "x", amount: { N: "1.50" } } }]);
  });
});

describe("createAuditStreamHandler on a failure", () => {
  const secret = "confidential";
  const events = ["inv_1", "inv_2"].map((entity_id) =>
    anEvent({ entity_id, text: secret, params: toJsonText({ secret }) }),
  );
  const batch = events.map((event, n) => inserted(event, `seq-${n + 1}`));
  const failing = async () => {
    throw new Error("away");
  };

  it.each([
    ["the log", { auditLog: { put: failing } }],
    ["the clock of an organisation", { getClock: failing }],
    ["the shards of an organisation", { isShardRead: failing }],
  ])("retries the batch from its first record without %s, and counts nothing", async (_, over) => {
    const { failed, log } = await run(batch, over);
    expect(failed).toEqual(["seq-1"]);
    expect(log).toMatchObject([{ level: "error", message: "batch failed", records: 2, error_message: "away" }]);
    expect(log).toHaveLength(1);
    expect(JSON.stringify(log)).not.toContain(secret);
  });

  it("writes nothing when a single clock is unavailable", async () => {
    const clockOf = async (orgId: string) => (orgId === "org_2" ? failing() : getZoneClock("UTC"));
    const mixed = [inserted(), inserted(anEvent({ org_id: "org_2" }), "seq-2")];
    const { failed, lines } = await run(mixed, { getClock: clockOf });
    expect([failed, lines]).toEqual([["seq-1"], []]);
  });
});
