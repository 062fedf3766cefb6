import type { DynamoDBRecord } from "aws-lambda";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AuditEntry } from "#shared/audit/aws/audit-log.ts";
import { createAuditStreamHandler } from "#shared/audit/aws/audit-stream-handler.ts";
import { evaluateQuery } from "#shared/audit/evaluate-query.ts";
import { maxLineBytes } from "#shared/audit/limit-line.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { type EventItem, parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { hasOnlyStorableText } from "#shared/events/text/text-rules.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

type Attributes = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

/** Limits of one DynamoDB item: see "Quotas" in its developer guide. */
const maxItemBytes = 409_600;

const whole: Attributes = Object.fromEntries(
  Object.entries(toEventItem(anEvent({ text: "t", information: "i" }))).map(([name, S]) => [name, { S }]),
);

/** One character of each kind that is longer in JSON or UTF-8. */
const unit = fc.constantFrom("\u0001", "\u0000", '"', "\\", "\u001b", "é", "発", "😀", "x");

/** Attributes with an event's names, or any names, as large as an item may be. */
const imageArbitrary: fc.Arbitrary<Attributes> = fc
  .tuple(
    fc.constantFrom({}, whole),
    fc.constantFrom(...Object.keys(whole), "note", "message", "x".repeat(60_000), "\u0001".repeat(65_000)),
    unit,
    fc.constantFrom(1, 300, 5_000, 60_000, 390_000),
    fc.constantFrom("S", "B", "L", "M"),
  )
  .map(([base, name, text, length, kind]) => {
    const room = Math.max(1, maxItemBytes - 3_000 - Buffer.byteLength(name));
    const value = text.repeat(Math.max(1, Math.floor(Math.min(length, room) / Buffer.byteLength(text))));
    const values = {
      S: { S: value },
      B: { B: value },
      L: { L: [{ S: value }] },
      M: { M: { [value.slice(0, 9)]: { S: value } } },
    };
    return { ...base, [name]: values[kind] };
  });

const recordArbitrary = fc.record({
  eventName: fc.constantFrom("INSERT" as const, "MODIFY" as const, "REMOVE" as const),
  before: fc.option(imageArbitrary),
  after: fc.option(imageArbitrary),
});

/** Returns an event with the texts of an item. Throws if one is missing, as every reader does. */
function parseAnyText(item: EventItem): ActivityEvent {
  const optional = (name: string) => item[name]?.S ?? null;
  const text = (name: string) => {
    const found = optional(name);
    if (found === null) throw new Error(`${name} is missing`);
    return found;
  };
  return {
    ...anEvent(),
    event_id: text("event_id"),
    action: text("action"),
    entity_id: text("entity_id"),
    occurred_at: text("occurred_at"),
    entity_ref: optional("entity_ref"),
    actor_user_id: optional("actor_user_id"),
    text: optional("text"),
  };
}

/** Returns the audit lines of a record. */
async function textsOf(record: DynamoDBRecord, read: typeof parseEventItem): Promise<string[]> {
  const entries: AuditEntry[] = [];
  const follow = createAuditStreamHandler({
    auditLog: { put: async (added) => void entries.push(...added) },
    parseEvent: read,
    isShardRead: async () => true,
    getClock: async () => getZoneClock("UTC"),
    now: () => testNow,
  });
  const { batchItemFailures } = (await follow({ Records: [record] }, buildLambdaContext())) ?? {
    batchItemFailures: [],
  };
  expect(batchItemFailures).toEqual([]);
  return entries.map(({ text }) => text);
}

const tampering = savedQueries.filter(({ name }) => name === "tampering");
const always = { since: "2000-01-01T00:00:00.000Z", until: "2100-01-01T00:00:00.000Z", org: null };

it.each([
  ["the strict reader", parseEventItem],
  ["a reader that takes any text", parseAnyText],
])(
  "audit lines of any item are JSON within the limit and of the right kind, by %s",
  async (_, read) => {
    captureLogLines();
    await fc.assert(
      fc.asyncProperty(recordArbitrary, async ({ eventName, before, after }) => {
        const dynamodb = {
          SequenceNumber: "1",
          ApproximateCreationDateTime: testNow.getTime() / 1_000,
          Keys: { timeline: { S: "org_a#x" }, position: { S: "p" } },
          ...(before === null ? {} : { OldImage: before }),
          ...(after === null ? {} : { NewImage: after }),
        };
        const texts = await textsOf({ eventName, dynamodb }, read);
        expect(texts).toHaveLength(1);
        for (const text of texts) {
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxLineBytes);
          const line: unknown = JSON.parse(text);
          if (!isJsonObject(line)) throw new Error("The line is no JSON object.");
          expect(["event", "tamper"]).toContain(line.message);
          if (line.message !== "tamper") continue;
          expect(Buffer.byteLength(text)).toBeLessThan(256 * 1_024);
          expect(tampering.map((query) => evaluateQuery(query, {}, always, [line]).length)).toEqual([1]);
        }
      }),
      { numRuns: 150 },
    );
  },
  60_000,
);

it("toEventLine replaces unpaired surrogates and U+0000 that an earlier release stored", async () => {
  captureLogLines();
  const damaged = {
    text: { S: "t\u0000" },
    metadata: { S: '{"\\ud800":"\\u0000"}' },
    changes: { S: '{"\\udc00":{"old":"\\u0000","new":null}}' },
  };
  const dynamodb = {
    SequenceNumber: "1",
    ApproximateCreationDateTime: testNow.getTime() / 1_000,
    NewImage: { ...whole, ...damaged },
  };
  const [text = ""] = await textsOf({ eventName: "INSERT", dynamodb }, parseEventItem);
  expect(JSON.parse(text)).toMatchObject({ message: "event", metadata: { "\uFFFD": "\uFFFD" } });
  expect(hasOnlyStorableText(JSON.parse(text))).toBe(true);
});
