import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  type InputLogEvent,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-cloudwatch-logs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type AuditEntry, createAuditLog } from "#shared/audit/aws/audit-log.ts";
import { testNow } from "#test/support/builders.ts";

const maxBatchBytes = 1_048_576;
const maxBatchEntries = 10_000;
const names = { logGroupName: "audit", logStreamName: "stream" };

type Answers = {
  readonly create?: (call: number) => Promise<object>;
  readonly put?: (call: number) => Promise<object>;
};

/** Creates a log group with these responses, which records its commands in order and the entries of each batch. */
function aGroup({ create = async () => ({}), put = async () => ({}) }: Answers = {}) {
  const client = new CloudWatchLogsClient({ region: "us-east-1" });
  const calls: string[] = [];
  const batches: (readonly InputLogEvent[])[] = [];
  const before = (name: string) => calls.filter((call) => call === name).length;
  vi.spyOn(client, "send").mockImplementation(async (command: unknown) => {
    if (command instanceof CreateLogStreamCommand) {
      expect(command.input).toEqual(names);
      calls.push("create");
      return create(before("create") - 1);
    }
    if (!(command instanceof PutLogEventsCommand)) throw new Error("CloudWatch is asked for something else.");
    expect(command.input).toMatchObject(names);
    calls.push("put");
    batches.push(command.input.logEvents ?? []);
    return put(before("put") - 1);
  });
  return { log: createAuditLog("audit", "stream", client), calls, batches };
}

const anEntry = (text = "{}", ms = 0): AuditEntry => ({ time: new Date(testNow.getTime() + ms), text });

const sizeOf = ({ message = "" }: InputLogEvent) => Buffer.byteLength(message) + 26;
const bytesOf = (batch: readonly InputLogEvent[]) => batch.reduce((sum, event) => sum + sizeOf(event), 0);

describe("the stream of createAuditLog", () => {
  it("is created once before the first entries, also for concurrent calls", async () => {
    const { log, calls } = aGroup();
    await Promise.all([log.put([anEntry()]), log.put([anEntry()])]);
    await log.put([anEntry()]);
    expect(calls).toEqual(["create", "put", "put", "put"]);
  });

  it("is created by the next call after a failure, before any entry is written", async () => {
    const { log, calls, batches } = aGroup({
      create: async (call) => {
        if (call === 0) throw new Error("away");
        return {};
      },
    });
    await expect(log.put([anEntry("first")])).rejects.toThrow("away");
    expect(calls).toEqual(["create"]);
    await log.put([anEntry("second")]);
    await log.put([anEntry("third")]);
    expect(calls).toEqual(["create", "create", "put", "put"]);
    expect(batches.flat().map(({ message }) => message)).toEqual(["second", "third"]);
  });

  it("may exist already", async () => {
    const { log, calls } = aGroup({
      create: async () => {
        throw new ResourceAlreadyExistsException({ message: "It is there.", $metadata: {} });
      },
    });
    await log.put([anEntry()]);
    await log.put([anEntry()]);
    expect(calls).toEqual(["create", "put", "put"]);
  });
});

describe("put of createAuditLog", () => {
  it("writes entries with their time and text in chronological order, stable for equal times", async () => {
    const { log, batches } = aGroup();
    const entries = [anEntry("late", 2_000), anEntry("a", 1_000), anEntry("early"), anEntry("b", 1_000)];
    const input = [...entries];
    await log.put(entries);
    const at = testNow.getTime();
    expect(batches).toEqual([
      [
        { timestamp: at, message: "early" },
        { timestamp: at + 1_000, message: "a" },
        { timestamp: at + 1_000, message: "b" },
        { timestamp: at + 2_000, message: "late" },
      ],
    ]);
    expect(entries).toEqual(input);
  });

  it("makes no call without entries", async () => {
    const { log, calls } = aGroup();
    await log.put([]);
    expect(calls).toEqual([]);
  });

  it("throws an error that names the entries that CloudWatch rejected", async () => {
    const { log } = aGroup({ put: async () => ({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 3 } }) });
    await expect(log.put([anEntry("confidential")])).rejects.toThrow(
      'CloudWatch rejected entries of the audit log: {"tooOldLogEventEndIndex":3}',
    );
  });

  it("throws when a batch fails, and writes no later batch", async () => {
    const { log, calls } = aGroup({
      put: async (call) => {
        if (call === 1) throw new Error("away");
        return {};
      },
    });
    const entries = Array.from({ length: 4 }, () => anEntry("x".repeat(600_000)));
    await expect(log.put(entries)).rejects.toThrow("away");
    expect(calls).toEqual(["create", "put", "put"]);
  });
});

describe("the batches of createAuditLog", () => {
  it("have at most 10,000 entries", async () => {
    const { log, batches } = aGroup();
    await log.put(Array.from({ length: 2 * maxBatchEntries + 1 }, (_, n) => anEntry(String(n))));
    expect(batches.map(({ length }) => length)).toEqual([maxBatchEntries, maxBatchEntries, 1]);
  });

  it("have at most 1,048,576 bytes, with 26 more per entry than its UTF-8", async () => {
    const full = [anEntry("é".repeat(262_144 - 13)), anEntry("x".repeat(524_288 - 26))];
    const exact = aGroup();
    await exact.log.put(full);
    expect(exact.batches.map(bytesOf)).toEqual([maxBatchBytes]);
    const over = aGroup();
    await over.log.put([...full, anEntry("x")]);
    expect(over.batches.map(bytesOf)).toEqual([maxBatchBytes, 27]);
    const byOne = aGroup();
    await byOne.log.put([anEntry("é".repeat(262_144 - 13)), anEntry("x".repeat(524_288 - 25))]);
    expect(byOne.batches.map(({ length }) => length)).toEqual([1, 1]);
  });

  it("(property) have every entry once in chronological order, in as few batches as possible", async () => {
    const many = { count: fc.integer({ min: 1, max: 12_000 }), length: fc.nat(60) };
    const large = { count: fc.integer({ min: 1, max: 6 }), length: fc.nat(240_000) };
    const run = fc.oneof(...[many, large].map(({ count, length }) => fc.tuple(count, length)));
    const runs = fc.array(fc.tuple(run, fc.constantFrom("x", "é", "発", "😀"), fc.nat(5)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(runs, async (input) => {
        const entries = input.flatMap(([[count, length], char, at], run) =>
          Array.from({ length: count }, (_, n) => anEntry(`${run}/${n} ${char.repeat(length)}`, at - (n % 3))),
        );
        const { log, batches } = aGroup();
        await log.put(entries);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(maxBatchEntries);
          expect(bytesOf(batch)).toBeLessThanOrEqual(maxBatchBytes);
        }
        for (const [n, batch] of batches.slice(0, -1).entries()) {
          const [next = { message: "", timestamp: 0 }] = batches[n + 1] ?? [];
          const hasRoom = batch.length < maxBatchEntries && bytesOf(batch) + sizeOf(next) <= maxBatchBytes;
          expect(hasRoom).toBe(false);
        }
        const times = [...new Set(entries.map(({ time }) => time.getTime()))].sort((left, right) => left - right);
        const sorted = times.flatMap((timestamp) => entries.filter(({ time }) => time.getTime() === timestamp));
        const put = batches.flat().map(({ timestamp, message }) => `${timestamp} ${message}`);
        const isSame = put.every((text, n) => text === `${sorted[n]?.time.getTime()} ${sorted[n]?.text}`);
        expect([put.length, isSame]).toEqual([entries.length, true]);
      }),
      { numRuns: 40 },
    );
  });
});
