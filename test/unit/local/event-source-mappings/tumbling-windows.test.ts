import { describe, expect, it } from "vitest";
import type { InvokeWithRecords } from "#infra/local/event-source-mappings/stream-delivery.ts";
import type { StreamRecord } from "#infra/local/event-source-mappings/stream-shards.ts";
import { createTumblingWindows } from "#infra/local/event-source-mappings/tumbling-windows.ts";

const sourceArn = "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/x";
const signal = new AbortController().signal;

function aRecord(number: string, time: string): StreamRecord {
  const ApproximateCreationDateTime = Date.parse(time) / 1_000;
  return {
    eventID: number,
    eventName: "INSERT",
    dynamodb: { ApproximateCreationDateTime, Keys: {}, SequenceNumber: number },
  };
}

/** Windows of a minute, and the invocations of their function, which returns what `respond` makes of each. */
function aShard(respond: (fields: Readonly<Record<string, unknown>>, invocation: number) => unknown) {
  const invocations: { records: string[]; fields: Readonly<Record<string, unknown>> }[] = [];
  const windows = createTumblingWindows({
    definition: { sourceArn, tumblingWindowMs: 60_000 },
    shardId: "shard-1",
    async invoke(records, fields = {}) {
      invocations.push({ records: records.map(({ eventID }) => eventID), fields });
      return { kind: "result", payload: JSON.stringify(respond(fields, invocations.length)) };
    },
  });
  const results: string[] = [];
  const deliver = async (records: readonly StreamRecord[], invoke: InvokeWithRecords) =>
    void results.push((await invoke(records)).kind);
  return {
    invocations,
    results,
    deliver: (...records: StreamRecord[]) => windows.deliver(records, deliver, signal),
    endIfOver: (time: string) => windows.endIfOver(new Date(time), signal),
  };
}

describe("tumbling windows", () => {
  it("pass the window, the shard and the state of the last invocation", async () => {
    const shard = aShard((_, invocation) => ({ state: { invocation } }));
    await shard.deliver(aRecord("1", "2026-05-11T12:00:10Z"));
    await shard.deliver(aRecord("2", "2026-05-11T12:00:59Z"));
    const fields = {
      window: { start: "2026-05-11T12:00:00Z", end: "2026-05-11T12:01:00Z" },
      shardId: "shard-1",
      eventSourceARN: sourceArn,
      isFinalInvokeForWindow: false,
      isWindowTerminatedEarly: false,
    };
    expect(shard.invocations).toEqual([
      { records: ["1"], fields: { ...fields, state: {} } },
      { records: ["2"], fields: { ...fields, state: { invocation: 1 } } },
    ]);
  });

  it("end a window by an invocation without records before the records of the next", async () => {
    const shard = aShard(() => ({ state: { is: "kept" } }));
    await shard.deliver(aRecord("1", "2026-05-11T12:00:10Z"), aRecord("2", "2026-05-11T12:01:00Z"));
    expect(
      shard.invocations.map(({ records, fields }) => [records, fields.state, fields.isFinalInvokeForWindow]),
    ).toEqual([
      [["1"], {}, false],
      [[], { is: "kept" }, true],
      [["2"], {}, false],
    ]);
  });

  it("end a window once, when its time is over", async () => {
    const shard = aShard(() => ({ state: {} }));
    await shard.endIfOver("2026-05-11T12:00:00Z");
    await shard.deliver(aRecord("1", "2026-05-11T12:00:10Z"));
    await shard.endIfOver("2026-05-11T12:00:59Z");
    expect(shard.invocations).toHaveLength(1);
    await shard.endIfOver("2026-05-11T12:01:00Z");
    await shard.endIfOver("2026-05-11T12:02:00Z");
    expect(shard.invocations.map(({ fields }) => fields.isFinalInvokeForWindow)).toEqual([false, true]);
  });

  it("retry the final invocation until it succeeds", async () => {
    const shard = aShard(({ isFinalInvokeForWindow }, invocation) =>
      isFinalInvokeForWindow === true && invocation < 4 ? {} : { state: {} },
    );
    await shard.deliver(aRecord("1", "2026-05-11T12:00:10Z"));
    await shard.endIfOver("2026-05-11T12:01:00Z");
    expect(shard.invocations.map(({ fields }) => fields.isFinalInvokeForWindow)).toEqual([false, true, true, true]);
  });

  it("count a record that is slightly older than the one before it to the same window", async () => {
    const shard = aShard(() => ({ state: {} }));
    await shard.deliver(aRecord("1", "2026-05-11T12:01:00Z"), aRecord("2", "2026-05-11T12:00:59Z"));
    expect(shard.invocations.map(({ records }) => records)).toEqual([["1", "2"]]);
  });

  it.each([[null], [{}], [{ batchItemFailures: [] }], [{ state: null }], [{ state: 1 }]])(
    "fail an invocation that returns no state, but %j",
    async (response) => {
      const shard = aShard(() => response);
      await shard.deliver(aRecord("1", "2026-05-11T12:00:10Z"));
      expect(shard.results).toEqual(["error"]);
    },
  );
});
