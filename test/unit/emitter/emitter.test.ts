import { describe, expect, it } from "vitest";
import { createEmitter } from "#clients/emitter/emitter.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { type QueuedEntryResult, recordingQueue } from "./recording-queue.ts";

const queueUrl = "http://127.0.0.1:1/000000000000/ingest";
const now = () => new Date("2026-05-11T12:00:00Z");

function anEvent(overrides: Partial<EventInput> = {}): EventInput {
  return {
    org_id: "org_1",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_1",
    occurred_at: "2026-05-11T08:30:12Z",
    ...overrides,
  };
}

function anEmitter(resultOf?: (entry: { id: string; body: string }, call: number) => QueuedEntryResult | null) {
  const queue = recordingQueue(resultOf);
  const pauses: number[] = [];
  let ids = 0;
  const emitter = createEmitter({
    queueUrl,
    client: queue.client,
    now,
    newId: () => `id-${ids++}`,
    random: () => 0.5,
    sleep: async (milliseconds) => pauses.push(milliseconds),
  });
  return { ...emitter, calls: queue.calls, groups: queue.groups, pauses };
}

const accept = ({ id }: { id: string }): QueuedEntryResult => ({ accept: `message-${id}` });

describe("createEmitter", () => {
  it.each([undefined, ""])("throws with the name of the output when the queue URL is %j", (missing) => {
    expect(() => createEmitter({ queueUrl: missing })).toThrow(
      new TypeError("queueUrl is missing: give the URL of the ingest queue, the output QueueIngest."),
    );
  });

  it("makes no call for an empty list", async () => {
    const { emit, calls } = anEmitter();
    expect(await emit([])).toEqual([]);
    expect(calls).toEqual([]);
  });

  it("generates a unique id for each event", async () => {
    const { emit, calls } = anEmitter(accept);
    const [first, second] = await emit([anEvent(), anEvent()]);
    expect(first).toEqual({ status: "sent", message_id: "message-0", event_id: expect.stringMatching(/^evt_/) });
    const bodies = (calls[0] ?? []).map((body) => JSON.parse(body));
    expect(bodies).toMatchObject(
      [first, second].map((result) => ({ event_id: result && "event_id" in result && result.event_id })),
    );
    expect(bodies[0].event_id).not.toBe(bodies[1].event_id);
  });

  it("sends each event with its organisation as message group, also in retries", async () => {
    const { emit, groups } = anEmitter((entry, call) =>
      entry.id === "1" && call === 1 ? { refuse: "InternalError", senderFault: false } : accept(entry),
    );
    await emit([anEvent({ org_id: "org_a" }), anEvent({ org_id: "org_b" }), anEvent({ org_id: "org_a" })]);
    expect(groups).toEqual([["org_a", "org_b", "org_a"], ["org_b"]]);
  });

  it("keeps a given event id and idempotency key", async () => {
    const { emit, calls } = anEmitter(accept);
    const event_id = `evt_${"0a".repeat(16)}`;
    const results = await emit([
      anEvent({ event_id }),
      anEvent({ idempotency_key: "key" }),
      anEvent({ idempotency_key: "key" }),
    ]);
    expect(results[0]).toMatchObject({ event_id });
    expect(results[1]).toMatchObject({ event_id: results[2] && "event_id" in results[2] ? results[2].event_id : null });
    expect(JSON.parse(calls[0]?.[1] ?? "")).toMatchObject({ idempotency_key: "key" });
  });

  it("returns invalid for an invalid event, and sends the others", async () => {
    const { emit, calls } = anEmitter(accept);
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const results = await emit([
      anEvent(),
      anEvent({ occurred_at: "2026-02-30" }),
      anEvent({ metadata: { amount: Number.NaN } }),
      anEvent({ metadata: cyclic }),
      anEvent({ text: "x".repeat(5_000), metadata: { long: "x".repeat(64 * 1024) } }),
      anEvent({ occurred_at: "2026-05-11T12:06:00Z" }),
      anEvent(),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      "sent",
      "invalid",
      "invalid",
      "invalid",
      "invalid",
      "invalid",
      "sent",
    ]);
    expect(results.map((result) => ("reason" in result ? result.reason : ""))).toEqual([
      "",
      expect.stringContaining("occurred_at must be an ISO 8601"),
      expect.stringContaining("amount is NaN"),
      expect.stringContaining("circular"),
      expect.stringContaining("limit is 65536"),
      expect.stringContaining("5 minutes"),
      "",
    ]);
    expect(calls.map((bodies) => bodies.length)).toEqual([2]);
  });

  it("sends batches of ten, and returns results in the given order", async () => {
    const { emit, calls } = anEmitter(({ body }) => ({ accept: JSON.parse(body).entity_id }));
    const results = await emit(Array.from({ length: 25 }, (_, at) => anEvent({ entity_id: `inv_${at}` })));
    expect(calls.map((bodies) => bodies.length)).toEqual([10, 10, 5]);
    expect(results.map((result) => "message_id" in result && result.message_id)).toEqual(
      Array.from({ length: 25 }, (_, at) => `inv_${at}`),
    );
  });

  it("retries only failed messages, with increasing pauses", async () => {
    const failing = new Map([
      ["1", 2],
      ["3", 3],
    ]);
    const { emit, calls, pauses } = anEmitter((entry, call) =>
      call <= (failing.get(entry.id) ?? 0) ? { refuse: "InternalError", senderFault: false } : accept(entry),
    );
    const results = await emit(Array.from({ length: 5 }, (_, at) => anEvent({ entity_id: `inv_${at}` })));
    expect(results.every(({ status }) => status === "sent")).toBe(true);
    expect(calls.map((bodies) => bodies.map((body) => JSON.parse(body).entity_id))).toEqual([
      ["inv_0", "inv_1", "inv_2", "inv_3", "inv_4"],
      ["inv_1", "inv_3"],
      ["inv_1", "inv_3"],
      ["inv_3"],
    ]);
    expect(pauses).toEqual([100, 200, 400]);
    expect(new Set(calls.flat().filter((body) => body.includes("inv_3"))).size).toBe(1);
  });

  it("returns failed with the event id when all retries fail", async () => {
    const { emit, calls } = anEmitter((entry) =>
      entry.id === "0" ? { refuse: "InternalError", senderFault: false } : accept(entry),
    );
    const [failed, sent] = await emit([anEvent(), anEvent()]);
    expect(failed).toEqual({
      status: "failed",
      reason: "InternalError",
      event_id: JSON.parse(calls[0]?.[0] ?? "").event_id,
    });
    expect(sent).toMatchObject({ status: "sent" });
    expect(calls).toHaveLength(5);
  });

  it("does not retry sender faults except throttling", async () => {
    const { emit, calls } = anEmitter((entry, call) => {
      if (entry.id === "0") return { refuse: "InvalidMessageContents", senderFault: true };
      return call === 1 ? { refuse: "KmsThrottled", senderFault: true } : accept(entry);
    });
    const results = await emit([anEvent(), anEvent()]);
    expect(results.map(({ status }) => status)).toEqual(["failed", "sent"]);
    expect(calls.map((bodies) => bodies.length)).toEqual([2, 1]);
  });

  it("retries messages that the response does not mention", async () => {
    const { emit, calls } = anEmitter((entry, call) => (call === 1 ? null : accept(entry)));
    expect(await emit([anEvent()])).toMatchObject([{ status: "sent" }]);
    expect(calls).toHaveLength(2);
  });

  it("returns failed only for the messages of a call that throws", async () => {
    const { emit } = anEmitter((entry) => {
      if (Number(entry.id) < 10) throw new Error("connection lost");
      return accept(entry);
    });
    const results = await emit(Array.from({ length: 12 }, () => anEvent()));
    expect(results.slice(0, 10).every(({ status }) => status === "failed")).toBe(true);
    expect(results[0]).toMatchObject({ reason: "Error: connection lost" });
    expect(results.slice(10).map(({ status }) => status)).toEqual(["sent", "sent"]);
  });

  it("escapes the characters that SQS rejects, and keeps all others", async () => {
    const { emit, calls } = anEmitter(accept);
    const text = "\uFFFE\uFFFF\u0001\u2028😀 \u0005";
    await emit([anEvent({ text, metadata: JSON.parse('{"__proto__":{"a":1}}') })]);
    const body = calls[0]?.[0] ?? "";
    expect(body).not.toMatch(/[\uFFFE\uFFFF\p{Cc}]/u);
    expect(JSON.parse(body).text).toBe(text);
    expect(body).toContain('"metadata":{"__proto__":{"a":1}}');
  });
});
