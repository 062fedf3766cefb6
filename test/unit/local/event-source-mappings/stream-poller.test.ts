import { expect, it, onTestFinished } from "vitest";
import { openStreamCheckpoints } from "#infra/local/event-source-mappings/stream-checkpoints.ts";
import { openStreamPoller } from "#infra/local/event-source-mappings/stream-poller.ts";
import { createWriteCounter } from "#infra/local/event-source-mappings/table-write-counter.ts";
import { parseEventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import { until } from "#test/support/until.ts";

/** A stream of one shard that a test writes to, and what its function was invoked with. */
async function aStream(writes = createWriteCounter()) {
  const properties = {
    EventSourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/Log/stream/1",
    FunctionName: "Fn",
    StartingPosition: "TRIM_HORIZON",
  };
  const definition = parseEventSourceMapping({ id: "S", type: "", ref: "S", arn: undefined, properties });
  if (definition === undefined) throw new Error("The source is switched off.");
  const records: string[] = [];
  const payloads: string[] = [];
  let reads = 0;
  const poll = await openStreamPoller({
    definition,
    onFailureUrl: undefined,
    region: "us-east-1",
    fn: {
      definition: { arn: "arn" },
      async invoke(payload) {
        payloads.push(payload);
        return { kind: "result", payload: "null" };
      },
    },
    checkpoints: openStreamCheckpoints(undefined, "S"),
    writes,
    now: () => new Date(),
    newId: () => "id",
    log: () => {},
    async call(operation) {
      if (operation.endsWith("DescribeStream")) return { StreamDescription: { Shards: [{ ShardId: "shard" }] } };
      if (operation.endsWith("GetShardIterator")) return { ShardIterator: "0" };
      reads += 1;
      const found = records.splice(0).map((SequenceNumber) => ({
        eventID: SequenceNumber,
        eventName: "INSERT",
        dynamodb: { ApproximateCreationDateTime: 0, Keys: {}, SequenceNumber },
      }));
      return { Records: found, NextShardIterator: "1" };
    },
  });
  const polling = new AbortController();
  const polled = poll(polling.signal);
  onTestFinished(async () => {
    polling.abort();
    await polled;
  });
  return {
    payloads,
    reads: () => reads,
    write(record: string) {
      records.push(record);
      writes.record("PutItem");
    },
    read: () => writes.record("GetItem"),
  };
}

it("stream poller reads after writes, and rarely otherwise", async () => {
  const { write, read, reads, payloads } = await aStream();
  let before = -1;
  // It rests once two looks, a good while apart, find as many reads.
  await until(
    () => {
      const isResting = reads() > 0 && reads() === before;
      before = reads();
      return isResting;
    },
    { pauseMs: 500 },
  );
  const resting = reads();
  read();
  await new Promise((resolve) => setImmediate(resolve));
  expect(reads()).toBe(resting);
  write("1");
  await until(() => payloads.length === 1);
  expect(payloads[0]).toContain('"SequenceNumber":"1"');
  write("2");
  await until(() => payloads.length === 2);
});

it("stream poller reads once after each wait without writes", async () => {
  const waits = { reads: [] as number[] };
  let reads = () => 0;
  const stream = await aStream({
    ...createWriteCounter(),
    async waitForMore(_count, _withinMs, signal) {
      waits.reads.push(reads());
      if (waits.reads.length > 3) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return false;
    },
  });
  reads = stream.reads;
  await until(() => waits.reads.length > 3);
  const [first = 0, ...later] = waits.reads;
  expect(later).toEqual([first + 1, first + 2, first + 3]);
});
