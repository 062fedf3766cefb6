import { describe, expect, it } from "vitest";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { csv, jsonl } from "#clients/console/activity/export/export-format.ts";
import { type ExportProgress, ExportRun } from "#clients/console/activity/export/export-run.ts";
import { createBlobSink, type ExportSink } from "#clients/console/activity/export/export-sink.ts";
import { anApiEvent, listOf } from "#test/support/console/api-event.ts";

const events = Array.from({ length: 1_203 }, (_, index) => anApiEvent({ event_id: `evt_${index}` }));

type Written = ExportSink & { text: string; ending: "open" | "closed" | "discarded" };

function aSink(): Written {
  return {
    text: "",
    ending: "open",
    async write(text) {
      this.text += text;
    },
    async close() {
      this.ending = "closed";
    },
    async discard() {
      this.ending = "discarded";
    },
  };
}

function setUp(fail?: (request: number) => void, sink = aSink()) {
  const slept: number[] = [];
  const kinds: string[] = [];
  const activity = listOf(events, fail);
  const run = new ExportRun({ entity_type: "INVOICE" }, jsonl, {
    activity,
    sink,
    onProgress: ({ status }: ExportProgress) => kinds.push(status.kind),
    isOnline: () => true,
    now: () => 0,
    async sleep(ms, signal) {
      slept.push(ms);
      signal.throwIfAborted();
    },
  });
  const ids = () =>
    sink.text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line).event_id);
  return { run, sink, slept, kinds, activity, ids };
}

const expected = events.map(({ event_id }) => event_id);

describe("ExportRun", () => {
  it("writes all events once, in the order of the API, by pages of 500 of the filters", async () => {
    const { run, sink, ids, activity } = setUp();
    await run.run();
    expect(ids()).toEqual(expected);
    expect(sink.ending).toBe("closed");
    expect(run.progress).toMatchObject({ status: { kind: "done" }, events: 1_203, bytes: sink.text.length });
    expect(activity.requests[0]).toMatchObject({ entity_type: "INVOICE", limit: 500 });
    expect(activity.requests).toHaveLength(3);
  });

  it("waits as long as the API says, and writes nothing twice", async () => {
    const { run, ids, slept, kinds } = setUp((request) => {
      if (request === 2) throw new ActivityLogError("rate_limited", "Too many.", { retryAfterMs: 17_000 });
    });
    await run.run();
    expect(ids()).toEqual(expected);
    expect(slept).toEqual([17_000]);
    expect(kinds).toContain("waiting");
  });

  it("pauses after seven network errors in a row, and continues where it was", async () => {
    let isDown = true;
    const { run, ids, slept, sink } = setUp((request) => {
      if (request > 1 && isDown) throw new ActivityLogError("network", "Down.");
    });
    await run.run();
    expect(run.progress.status.kind).toBe("paused");
    expect(slept).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    expect(sink.ending).toBe("open");
    isDown = false;
    await run.run();
    expect(ids()).toEqual(expected);
    expect(run.progress.status.kind).toBe("done");
  });

  it("pauses without a retry when the API refuses the request", async () => {
    const { run, slept } = setUp(() => {
      throw new ActivityLogError("invalid_request", "until is before since");
    });
    await run.run();
    expect(run.progress.status).toEqual({
      kind: "paused",
      failure: { kind: "invalid", message: "until is before since", field: null },
    });
    expect(slept).toEqual([]);
  });

  it("discards the file when it is cancelled while it waits", async () => {
    const { run, sink } = setUp((request) => {
      if (request !== 2) return;
      run.cancel();
      throw new ActivityLogError("network", "Down.");
    });
    await run.run();
    expect(run.progress.status.kind).toBe("cancelled");
    expect(sink.ending).toBe("discarded");
  });

  it("discards the file when it is cancelled during a pause", async () => {
    const { run, sink } = setUp(() => {
      throw new ActivityLogError("forbidden", "No.");
    });
    await run.run();
    run.cancel();
    await Promise.resolve();
    expect(sink.ending).toBe("discarded");
    expect(run.progress.status.kind).toBe("cancelled");
  });

  it("says so when the file cannot be written", async () => {
    const sink = { ...aSink(), write: () => Promise.reject(new Error("The disk is full.")) };
    const { run } = setUp(undefined, sink);
    await run.run();
    expect(run.progress.status).toEqual({ kind: "broken", message: "The disk is full." });
    expect(sink.ending).toBe("discarded");
  });

  it("discards the file when it is cancelled while the last page is written", async () => {
    const sink = aSink();
    const write = sink.write.bind(sink);
    sink.write = async (text) => {
      await write(text);
      if (text.includes("evt_1202")) run.cancel();
    };
    const { run } = setUp(undefined, sink);
    await run.run();
    expect(run.progress.status.kind).toBe("cancelled");
    expect(sink.ending).toBe("discarded");
  });

  it("runs once when it is asked twice", async () => {
    const { run, ids } = setUp();
    await Promise.all([run.run(), run.run()]);
    expect(ids()).toEqual(expected);
  });
});

describe("createBlobSink", () => {
  it("downloads all parts in their order", async () => {
    const blobs: Blob[] = [];
    const sink = createBlobSink("text/csv", { download: (blob) => blobs.push(blob) });
    const parts = ["ü,1\r\n", "x".repeat(5 * 1024 * 1024), "end"];
    for (const part of parts) await sink.write(part);
    await sink.close();
    expect(blobs[0]?.type).toBe("text/csv");
    expect(await blobs[0]?.text()).toBe(parts.join(""));
  });
});

describe("csv", () => {
  it("has a line for each event with CRLF, and objects as quoted JSON", () => {
    const event = anApiEvent({
      changes: { total: { old: "1.00", new: "2.00" } },
      metadata: { note: 'a "quoted" text' },
      actor: { user_id: "usr_1", name: "Sharma, Priya", type: "user", on_behalf_of: null },
      text: "Invoice\nsent",
    });
    const names =
      "occurred_at,event_id,action,entity_type,entity_id,entity_ref,actor_user_id,actor_name,actor_type,on_behalf_of_user_id,text,changes,metadata,related";
    expect(csv.head).toBe(`\ufeff${names}\r\n`);
    expect(csv.formatEvent(event)).toBe(
      '2026-05-11T08:00:00Z,evt_1,INVOICE_SENT,INVOICE,inv_1,INV-1,usr_1,"Sharma, Priya",user,,"Invoice\nsent",' +
        '"{""total"":{""old"":""1.00"",""new"":""2.00""}}","{""note"":""a \\""quoted\\"" text""}",\r\n',
    );
  });

  it("has no cell that a spreadsheet runs as a formula", () => {
    for (const text of ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "a;=1"]) {
      expect(csv.formatEvent(anApiEvent({ entity_ref: text })), text).toMatch(/'[\t\r]?'?[=+\-@＝]/);
    }
  });
});
