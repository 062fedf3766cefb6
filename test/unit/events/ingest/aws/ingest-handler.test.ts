import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { anInput } from "#test/support/builders.ts";
import { FakeIngest, transient } from "#test/support/events/fake-ingest.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

const bodyOf = (org_id: string, entity_id = "inv_1") => JSON.stringify(anInput({ org_id, entity_id }));

/** Creates a stack whose table throttles one organisation for some seconds. */
function throttling(orgId: string, seconds: number): FakeIngest {
  const ingest = new FakeIngest();
  const endMs = ingest.nowMs + seconds * 1_000;
  // Created once: the stack traces of a hundred thousand errors take longer than the test.
  const throttled = transient("ProvisionedThroughputExceededException");
  ingest.put = ({ org_id }) => {
    if (org_id === orgId && ingest.nowMs < endMs) throw throttled;
  };
  return ingest;
}

const sum = (name: string) => lines.reduce((total, line) => total + Number(line[name] ?? 0), 0);

describe("ingest of a valid event", () => {
  it("makes one put and no call of SQS", async () => {
    const ingest = new FakeIngest();
    for (let n = 0; n < 100; n++) ingest.send(bodyOf("org_1", `inv_${n}`), { group: "org_1" });
    await ingest.run(10);
    expect(ingest.stored.size).toBe(100);
    expect(ingest.puts).toHaveLength(100);
    expect(ingest.sqsCalls).toEqual([]);
    expect(ingest.queue).toEqual([]);
    expect(sum("EventsAppended")).toBe(100);
  });

  it("stores the event without a message group", async () => {
    const ingest = new FakeIngest();
    ingest.send(bodyOf("org_1"));
    await ingest.run(1);
    expect(ingest.stored.size).toBe(1);
  });
});

describe("ingest for a throttled organisation", () => {
  it("never makes a dead letter, and stores the event within the longest delay after the throttling", async () => {
    const days = 3;
    const ingest = throttling("org_hot", days * 24 * 3_600);
    const beganMs = ingest.nowMs;
    for (let n = 0; n < 20; n++) ingest.send(bodyOf("org_hot", `inv_${n}`));
    await ingest.run(days * 24 * 3_600 + 900);
    expect(ingest.dead).toEqual([]);
    expect(ingest.queue).toEqual([]);
    expect(ingest.stored.size).toBe(20);
    const lags = lines.flatMap(({ IngestLag }) => (IngestLag === undefined ? [] : [Number(IngestLag)]));
    expect(Math.min(...lags)).toBeGreaterThanOrEqual(days * 24 * 3_600_000);
    expect(Math.max(...lags)).toBeLessThanOrEqual(ingest.nowMs - beganMs);
    expect(lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("defers the event with the same body, its group and its history", async () => {
    const ingest = throttling("org_hot", 60);
    const body = ` ${bodyOf("org_hot")}\n`;
    const firstSentMs = ingest.nowMs;
    ingest.send(body);
    await ingest.run(20);
    expect(ingest.queue).toMatchObject([{ body, group: "org_hot", attributes: { defects: "0" } }]);
    expect(ingest.queue[0]?.attributes.first_sent_ms).toBe(String(firstSentMs));
    expect(Number(ingest.queue[0]?.attributes.deferrals)).toBeGreaterThan(3);
  });

  it("does not delay events of other organisations in the same batch", async () => {
    const ingest = throttling("org_hot", 600);
    for (let n = 0; n < 9; n++) ingest.send(bodyOf("org_hot", `inv_${n}`));
    ingest.send(bodyOf("org_quiet"));
    await ingest.run(1);
    expect([...ingest.stored.values()].map(({ org_id }) => org_id)).toEqual(["org_quiet"]);
    expect(ingest.queue.every(({ receives, group }) => receives === 0 && group === "org_hot")).toBe(true);
  });

  it("defers the events of a batch in one call", async () => {
    const ingest = throttling("org_hot", 600);
    for (let n = 0; n < 10; n++) ingest.send(bodyOf("org_hot", `inv_${n}`));
    await ingest.run(0.01);
    expect(ingest.sqsCalls).toHaveLength(1);
    expect(ingest.queue).toHaveLength(10);
  });

  it("makes no write during the wait of the organisation, and one with the next event after it", async () => {
    const ingest = throttling("org_hot", 600);
    ingest.send(bodyOf("org_hot"));
    await ingest.run(0.01);
    expect(ingest.puts).toHaveLength(1);
    for (let n = 0; n < 30; n++) ingest.send(bodyOf("org_hot", `inv_${n}`));
    ingest.send(bodyOf("org_quiet"));
    await ingest.run(0.1);
    expect(ingest.puts.map(({ org }) => org)).toEqual(["org_hot", "org_quiet"]);
    await ingest.run(1);
    expect(ingest.puts.length).toBeGreaterThan(2);
  });

  it("logs the organisation once per wait and counts the events", async () => {
    const ingest = throttling("org_hot", 600);
    for (let n = 0; n < 10; n++) ingest.send(bodyOf("org_hot", `inv_${n}`));
    await ingest.run(0.01);
    const throttlingLines = lines.filter(({ message }) => message === "organisation throttled");
    expect(throttlingLines).toMatchObject([{ level: "warn", org_id: "org_hot", failures: 1 }]);
    expect(sum("EventsDeferredThrottled")).toBe(10);
    expect(lines.some((line) => "DeferralAge" in line || "IngestLag" in line)).toBe(false);
  });

  it("leaves the event in the queue when it cannot be deferred", async () => {
    const ingest = throttling("org_hot", 60);
    ingest.isSqsDown = () => true;
    ingest.send(bodyOf("org_hot"));
    await ingest.run(30);
    expect(ingest.queue).toMatchObject([{ receives: 1, attributes: {} }]);
    ingest.isSqsDown = () => false;
    await ingest.run(300);
    expect(ingest.stored.size).toBe(1);
    expect(ingest.dead).toEqual([]);
  });
});

describe("ingest during a transient error other than throttling", () => {
  it("backs off from no organisation and reports how long the events wait", async () => {
    const ingest = new FakeIngest();
    const endMs = ingest.nowMs + 400_000;
    ingest.put = () => {
      if (ingest.nowMs < endMs) throw transient("TimeoutError");
    };
    ingest.send(bodyOf("org_1"));
    await ingest.run(500);
    expect(ingest.stored.size).toBe(1);
    expect(ingest.dead).toEqual([]);
    expect(sum("EventsDeferredThrottled")).toBe(0);
    expect(Math.max(...lines.map(({ DeferralAge }) => Number(DeferralAge ?? 0)))).toBeGreaterThan(300_000);
  });

  it("delays one event by seconds and the others not at all", async () => {
    const ingest = new FakeIngest();
    let failures = 1;
    ingest.put = () => {
      if (failures-- > 0) throw transient("InternalServerError");
    };
    for (let n = 0; n < 10; n++) ingest.send(bodyOf("org_1", `inv_${n}`));
    await ingest.run(0.01);
    expect(ingest.stored.size).toBe(9);
    await ingest.run(2);
    expect(ingest.stored.size).toBe(10);
  });
});

describe("ingest of an event that meets a defect", () => {
  const defective = (): FakeIngest => {
    const ingest = new FakeIngest();
    ingest.put = () => {
      throw Object.assign(new Error("no right to put"), { name: "AccessDeniedException" });
    };
    return ingest;
  };

  it("makes a dead letter with the body and the reason after five attempts", async () => {
    const ingest = defective();
    const body = bodyOf("org_1");
    ingest.send(body);
    await ingest.run(120);
    expect(ingest.puts).toHaveLength(5);
    expect(ingest.queue).toEqual([]);
    expect(ingest.dead).toMatchObject([
      { body, group: "org_1", attributes: { reason: "AccessDeniedException: no right to put" } },
    ]);
    expect(lines.filter(({ message }) => message === "record failed").map(({ defects }) => defects)).toEqual([
      1, 2, 3, 4, 5,
    ]);
    expect(JSON.stringify(lines)).not.toContain("inv_1");
  });

  it("does not count transient errors as defects", async () => {
    const ingest = defective();
    const defect = ingest.put;
    let puts = 0;
    ingest.put = (event) => {
      puts += 1;
      if (puts % 3 !== 0) throw transient("ProvisionedThroughputExceededException");
      return defect(event);
    };
    ingest.send(bodyOf("org_1"));
    await ingest.run(7_200);
    expect(puts).toBe(15);
    expect(ingest.dead).toHaveLength(1);
  });

  it("starts with all attempts again when an operator redrives the dead letter", async () => {
    const ingest = defective();
    ingest.send(bodyOf("org_1"));
    await ingest.run(120);
    const [dead] = ingest.dead;
    ingest.put = () => {};
    ingest.send(dead?.body ?? "", { attributes: { ...dead?.attributes } });
    await ingest.run(1);
    expect(ingest.stored.size).toBe(1);
    expect(dead?.attributes).not.toHaveProperty("defects");
  });

  it("leaves the event in the queue when the dead letter cannot be sent", async () => {
    const ingest = defective();
    ingest.isSqsDown = (url) => url.endsWith("/dead");
    ingest.send(bodyOf("org_1"));
    await ingest.run(120);
    expect(ingest.dead).toEqual([]);
    expect(ingest.queue).toMatchObject([{ attributes: { defects: "4" } }]);
    ingest.isSqsDown = () => false;
    await ingest.run(60);
    expect(ingest.dead).toHaveLength(1);
  });
});

describe("ingest of an invalid event", () => {
  it("sends it to the rejected queue, and defers it while that is unavailable", async () => {
    const ingest = new FakeIngest();
    ingest.reject = async () => {
      throw Object.assign(new Error("slow down"), { name: "RequestThrottled" });
    };
    ingest.send("{");
    await ingest.run(80);
    expect(ingest.queue).toMatchObject([{ receives: 0, attributes: { defects: "0" } }]);
    ingest.reject = async () => {};
    await ingest.run(60);
    expect(ingest.rejections).toEqual([{ body: "{", messageId: "m1" }]);
    expect(ingest.queue).toEqual([]);
    expect(ingest.dead).toEqual([]);
  });

  it("rejects an event that is too large without parsing it", async () => {
    const ingest = new FakeIngest();
    const body = "[".repeat(500_000) + "]".repeat(500_000);
    ingest.send(body);
    const parse = vi.spyOn(JSON, "parse");
    await ingest.run(0.01);
    expect(parse.mock.calls.filter(([text]) => text === body)).toEqual([]);
    expect(ingest.rejections).toHaveLength(1);
  });

  it("does not parse the event during a wait of its organisation", async () => {
    const ingest = throttling("org_hot", 60);
    ingest.send(bodyOf("org_hot"));
    await ingest.run(0.01);
    ingest.send('{"org_id":"org_hot"}');
    await ingest.run(0.01);
    expect(ingest.rejections).toEqual([]);
    expect(ingest.queue).toHaveLength(2);
    await ingest.run(180);
    expect(ingest.rejections).toHaveLength(1);
    expect(ingest.stored.size).toBe(1);
  });
});

describe("ingest of an invalid event that was deferred", () => {
  it("rejects it under the message id that its sender knows", async () => {
    const ingest = throttling("org_1", 10);
    ingest.send(JSON.stringify(anInput({ org_id: "org_1", event_id: `evt_${"0a".repeat(16)}` })));
    await ingest.run(5);
    ingest.put = () => {};
    ingest.send(JSON.stringify(anInput({ org_id: "org_1", event_id: `evt_${"0a".repeat(16)}`, entity_ref: "other" })));
    await ingest.run(60);
    expect(ingest.rejections.map(({ messageId }) => messageId)).toEqual(["m1"]);
  });
});

describe("ingest near its deadline", () => {
  it("defers unfinished events and ends in time", async () => {
    const ingest = new FakeIngest();
    ingest.remainingMs = 2_510;
    ingest.put = ({ org_id }) => (org_id === "org_slow" ? new Promise(() => {}) : undefined);
    ingest.send(bodyOf("org_slow"));
    ingest.send(bodyOf("org_1"));
    await ingest.run(0.01);
    expect([...ingest.stored.values()].map(({ org_id }) => org_id)).toEqual(["org_1"]);
    expect(ingest.queue).toMatchObject([{ group: "org_slow", receives: 0, attributes: { deferrals: "1" } }]);
    ingest.put = () => {};
    await ingest.run(5);
    expect(ingest.stored.size).toBe(2);
  });
});

describe("ingest at its deadline, when the event is to be rejected,", () => {
  it("leaves the event in the queue when the rejection is running", async () => {
    const ingest = new FakeIngest();
    ingest.remainingMs = 2_510;
    ingest.reject = () => new Promise(() => {});
    ingest.send("{");
    await ingest.run(0.01);
    expect(ingest.sqsCalls).toEqual([]);
    expect(ingest.queue).toMatchObject([{ receives: 1 }]);
    expect(lines).toMatchObject([{ message: "rejection not finished", message_id: "m1" }]);
    ingest.reject = async () => {};
    await ingest.run(40);
    expect(ingest.rejections).toHaveLength(1);
  });

  it("does not begin a rejection after the deadline", async () => {
    const ingest = new FakeIngest();
    ingest.remainingMs = 2_510;
    const slow = Promise.withResolvers<void>();
    ingest.put = () => slow.promise;
    ingest.send(bodyOf("org_1"));
    await ingest.run(0.01);
    expect(ingest.queue).toMatchObject([{ attributes: { deferrals: "1" } }]);
    slow.reject(new ActivityError("conflict", "other content"));
    await setImmediate();
    expect(ingest.rejections).toEqual([]);
  });
});

describe("ingest of an event that cannot be deferred", () => {
  it("counts the event only once it is deferred, but reports its age before", async () => {
    const ingest = new FakeIngest();
    ingest.put = () => {
      throw transient("TimeoutError");
    };
    ingest.isSqsDown = () => true;
    ingest.send(bodyOf("org_1"));
    await ingest.run(37);
    expect(sum("EventsDeferredUnavailable")).toBe(0);
    expect(lines.flatMap(({ DeferralAge }) => DeferralAge ?? [])).toEqual([0, 36_000]);
    ingest.isSqsDown = () => false;
    await ingest.run(36);
    expect(sum("EventsDeferredUnavailable")).toBe(1);
  });
});

describe("ingest of an event that crashes the function", () => {
  it("makes a dead letter after sixty crashes and stores the other events of its batch", async () => {
    const ingest = new FakeIngest();
    let seed = 0;
    ingest.random = () => {
      seed = (seed + 0.37) % 1;
      return seed;
    };
    ingest.remainingMs = 600_000;
    let crashes = 0;
    ingest.put = ({ entity_id }) => {
      if (entity_id !== "inv_4") return undefined;
      crashes += 1;
      return ingest.crash();
    };
    const beganMs = ingest.nowMs;
    for (let n = 0; n < 10; n++) ingest.send(bodyOf("org_1", `inv_${n}`));
    await ingest.run(240);
    expect(ingest.queue).toHaveLength(1);
    await ingest.run(4_000);
    expect(ingest.stored.size).toBe(9);
    expect(crashes).toBe(60);
    expect(ingest.queue).toEqual([]);
    const reason = "The function never finished with this event.";
    expect(ingest.dead).toMatchObject([{ body: bodyOf("org_1", "inv_4"), attributes: { reason } }]);
    expect((ingest.dead[0]?.sentMs ?? 0) - beganMs).toBeLessThan(3_600_000);
  });

  it("resets the count when the function handled the event, as after a lack of instances", async () => {
    const ingest = throttling("org_hot", 30);
    ingest.send(bodyOf("org_hot"));
    for (const message of ingest.queue) message.receives = 7;
    await ingest.run(0.01);
    expect(ingest.puts).toEqual([]);
    expect(ingest.queue).toMatchObject([{ attributes: { unfinished: "1", deferrals: "0", defects: "0" } }]);
    await ingest.run(120);
    expect(ingest.stored.size).toBe(1);
    const throttled = throttling("org_hot", 60);
    throttled.send(bodyOf("org_hot"), { attributes: { unfinished: "19" }, senderId: "AROAEXAMPLE:test" });
    await throttled.run(0.01);
    expect(throttled.queue).toMatchObject([{ attributes: { unfinished: "0", deferrals: "1" } }]);
  });
});

describe("parseOrigin", () => {
  it.each([
    { deferrals: "-1", defects: "x", first_sent_ms: "" },
    { deferrals: "1e9", defects: "4.5", first_sent_ms: "99999999999999" },
    { deferrals: "999999999999999", defects: "1000001", first_sent_ms: "NaN" },
  ])("treats invalid history as absent: %j", async (attributes) => {
    const ingest = throttling("org_hot", 60);
    ingest.send(bodyOf("org_hot"), { attributes, senderId: "AROAEXAMPLE:test" });
    const sentMs = String(ingest.nowMs);
    await ingest.run(0.01);
    expect(ingest.queue).toMatchObject([{ attributes: { deferrals: "1", defects: "0", first_sent_ms: sentMs } }]);
  });

  const attributes = {
    ...{ deferrals: "4", defects: "3", unfinished: "2", first_sent_ms: "5", message_id: "m0" },
    writer: "AROAONE",
  };

  it("trusts the history on a message of the function itself", async () => {
    const ingest = throttling("org_hot", 60);
    ingest.send(bodyOf("org_hot"), { attributes, senderId: "AROAEXAMPLE:test" });
    await ingest.run(0.01);
    expect(ingest.queue).toMatchObject([{ attributes: { ...attributes, deferrals: "5", unfinished: "0" } }]);
  });

  it.each(["AIDAEXAMPLE", "AROAEXAMPLE:other-test", "AROAOTHER:test", "test"])(
    "does not trust the history on a message of %s",
    async (senderId) => {
      const ingest = throttling("org_hot", 60);
      ingest.send(bodyOf("org_hot"), { attributes, senderId });
      const first_sent_ms = String(ingest.nowMs);
      await ingest.run(0.01);
      expect(ingest.queue).toMatchObject([
        { attributes: { deferrals: "1", defects: "0", unfinished: "0", first_sent_ms, message_id: "m1" } },
      ]);
    },
  );
});

describe("the writer of an ingested event", () => {
  const keyed = (occurred_at: string) =>
    JSON.stringify({ ...JSON.parse(bodyOf("org_1")), idempotency_key: "order-1", occurred_at });

  it("is the role that sent the message, with any session name", async () => {
    const ingest = new FakeIngest();
    ingest.send(keyed("2026-05-11T08:00:00Z"), { senderId: "AROAONE:task-1" });
    ingest.send(keyed("2026-05-11T08:00:01Z"), { senderId: "AROAONE:task-2" });
    ingest.send(keyed("2026-05-11T08:00:02Z"), { senderId: "AROATWO:task-1" });
    await ingest.run(0.01);
    expect(ingest.pinnedBy.toSorted()).toEqual(["AROAONE", "AROAONE", "AROATWO"]);
  });

  it("stays the original sender when the function defers the event", async () => {
    const ingest = throttling("org_hot", 60);
    ingest.send(bodyOf("org_hot"), { senderId: "AROAONE:task-1" });
    await ingest.run(0.01);
    expect(ingest.queue).toMatchObject([{ attributes: { writer: "AROAONE" } }]);
  });
});

describe("the message group of an ingested event", () => {
  it("is logged once per batch with its senders when it is not the organisation", async () => {
    const ingest = new FakeIngest();
    for (let n = 0; n < 3; n++) ingest.send(bodyOf("org_1", `inv_${n}`), { group: "org_2", senderId: "AROA:writer" });
    ingest.send(bodyOf("org_1", "inv_3"), { group: "org_1" });
    ingest.send(bodyOf("org_1", "inv_4"));
    await ingest.run(0.01);
    expect(lines.filter(({ level }) => level === "warn")).toMatchObject([
      { message: "message group is not the organisation", messages: 3, sender_ids: ["AROA:writer"] },
    ]);
    expect(ingest.stored.size).toBe(5);
  });
});

it("ingest (property) stores every event once and makes no dead letter during transient errors", async () => {
  const failure = fc.constantFrom("ProvisionedThroughputExceededException", "TimeoutError", "none");
  await fc.assert(
    fc.asyncProperty(
      fc.array(failure, { maxLength: 200 }),
      fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 25 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      async (failures, orgs, sqsFailures) => {
        const ingest = new FakeIngest();
        ingest.put = () => {
          const name = failures.pop() ?? "none";
          if (name !== "none") throw transient(name);
        };
        ingest.isSqsDown = () => sqsFailures.pop() ?? false;
        for (const [at, org] of orgs.entries()) ingest.send(bodyOf(org, `inv_${at}`));
        await ingest.run(100_000);
        expect(ingest.stored.size).toBe(orgs.length);
        expect(ingest.dead).toEqual([]);
        expect(ingest.queue).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});
