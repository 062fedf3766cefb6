import { describe, expect, it } from "vitest";
import { failedRecordIds } from "#infra/local/event-source-mappings/batch-result.ts";
import {
  type DiscardedRecords,
  deliverShardBatch,
  type ShardDeliveryOptions,
} from "#infra/local/event-source-mappings/stream-delivery.ts";
import { parseEventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";

const now = new Date("2026-05-11T12:00:00Z");

function records(...numbers: string[]) {
  return numbers.map((number) => ({
    eventID: number,
    eventName: "INSERT",
    dynamodb: { ApproximateCreationDateTime: now.getTime() / 1_000, Keys: {}, SequenceNumber: number },
  }));
}

/** A function that fails at these sequence numbers, with or without a report. */
function deliveryTo(failing: readonly string[], over: Record<string, unknown> = {}) {
  const seen: string[][] = [];
  const discarded: DiscardedRecords[] = [];
  const EventSourceArn = "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/x";
  const properties = { EventSourceArn, FunctionName: "Fn", MaximumRetryAttempts: 1, ...over };
  const resource = { id: "Source", type: "AWS::Lambda::EventSourceMapping", ref: "Source", arn: undefined, properties };
  const definition = parseEventSourceMapping(resource);
  if (definition === undefined) throw new Error("The source is switched off.");
  const options: ShardDeliveryOptions = {
    definition,
    now: () => now,
    discard: async (given) => void discarded.push(given),
    async invoke(given) {
      const batch = given.map(({ dynamodb }) => dynamodb.SequenceNumber);
      seen.push(batch);
      const bad = batch.filter((number) => failing.includes(number));
      if (bad.length > 0 && !definition.reportsItemFailures) {
        return { kind: "error", error: { errorType: "Error", errorMessage: "poison" } };
      }
      const batchItemFailures = bad.map((itemIdentifier) => ({ itemIdentifier }));
      return { kind: "result", payload: JSON.stringify({ batchItemFailures }) };
    },
  };
  return { options, seen, discarded };
}

const reports = { FunctionResponseTypes: ["ReportBatchItemFailures"] };
const signal = new AbortController().signal;

describe("stream delivery", () => {
  it("isolates a failing record by bisecting the batch", async () => {
    const { options, seen, discarded } = deliveryTo(["3"], { BisectBatchOnFunctionError: true });
    await deliverShardBatch(records("1", "2", "3", "4"), options, signal);
    expect(seen).toEqual([["1", "2", "3", "4"], ["1", "2"], ["3", "4"], ["3"], ["3"], ["4"]]);
    expect(discarded.map(({ records, reason }) => [reason, records.map(({ eventID }) => eventID)])).toEqual([
      ["RetryAttemptsExhausted", ["3"]],
    ]);
  });

  it("continues from the first record that the function reports", async () => {
    const { options, seen } = deliveryTo(["3"], { ...reports, BisectBatchOnFunctionError: true });
    await deliverShardBatch(records("1", "2", "3", "4"), options, signal);
    expect(seen).toEqual([["1", "2", "3", "4"], ["3", "4"], ["3"], ["3"], ["4"]]);
  });

  it("discards the whole batch after its retries when it may not bisect", async () => {
    const { options, seen, discarded } = deliveryTo(["2"]);
    await deliverShardBatch(records("1", "2"), options, signal);
    expect(seen).toHaveLength(2);
    expect(discarded[0]).toMatchObject({ invocations: 2, reason: "RetryAttemptsExhausted" });
  });

  it("discards records that are too old without an invocation", async () => {
    const { options, seen, discarded } = deliveryTo([], { MaximumRecordAgeInSeconds: 60 });
    const [old, fresh] = records("1", "2");
    if (old === undefined || fresh === undefined) throw new Error("two records");
    old.dynamodb.ApproximateCreationDateTime -= 61;
    await deliverShardBatch([old, fresh], options, signal);
    expect(seen).toEqual([["2"]]);
    expect(discarded[0]).toMatchObject({ reason: "RecordAgeExceeded", invocations: 0 });
  });
});

describe("failed records of an invocation", () => {
  const ids = ["a", "b"];
  const report = (payload: unknown) => [
    ...failedRecordIds({ kind: "result", payload: JSON.stringify(payload) }, ids, true),
  ];

  it.each([
    [null, []],
    [{}, []],
    [{ batchItemFailures: null }, []],
    [{ batchItemFailures: [{ itemIdentifier: "b" }] }, ["b"]],
    [{ batchItemFailures: [{ itemIdentifier: "unknown" }] }, ids],
    [{ batchItemFailures: [{ itemIdentifier: "" }] }, ids],
    [{ batchItemFailures: [{}] }, ids],
    ["text", ids],
  ])("%j: %j", (payload, expected) => {
    expect(report(payload)).toEqual(expected);
  });

  it("are all records when the function failed, and none when it reports none", () => {
    const error = { kind: "error", error: { errorType: "E", errorMessage: "m" } } as const;
    expect([...failedRecordIds(error, ids, true)]).toEqual(ids);
    const partial = { kind: "result", payload: '{"batchItemFailures":[{"itemIdentifier":"a"}]}' } as const;
    expect([...failedRecordIds(partial, ids, false)]).toEqual([]);
  });
});
