import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AppendStore, append, type IdempotencyRecord } from "#shared/events/append.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { anEvent, anInput, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

/** Creates a store in memory with the same conditional puts, which never change an existing item. */
function memoryStore() {
  const events = new Map<string, ActivityEvent>();
  const pins = new Map<string, IdempotencyRecord>();
  const store: AppendStore = {
    async put(event) {
      const identity = JSON.stringify([event.org_id, event.entity_id, event.occurred_at, event.event_id]);
      const standing = events.get(identity) ?? null;
      if (standing === null) events.set(identity, event);
      return standing;
    },
    async claimKey(orgId, key, { event_id, occurred_at, entity_id, writer }, { isOwn }) {
      const name = JSON.stringify([orgId, key, isOwn ? writer : null]);
      const pin = pins.get(name) ?? { event_id, occurred_at, entity_id, writer };
      pins.set(name, pin);
      return pin;
    },
  };
  return { store, stored: () => [...events.values()], pins };
}

const plain = (event: ActivityEvent) => ({ event, idempotencyKey: null });

describe("append", () => {
  it("stores an event once and reports its repeats", async () => {
    const { store, stored } = memoryStore();
    expect(await append(store, plain(anEvent()))).toBe("appended");
    const later = anEvent({ recorded_at: "2026-05-11T09:00:00.000Z" });
    expect(await append(store, plain(later))).toBe("repeated");
    expect(stored()).toEqual([anEvent()]);
  });

  it.each(["metadata", "actor", "changes", "params", "related"])(
    "treats another order of keys in %s as a repeat",
    async (part) => {
      const { store } = memoryStore();
      await append(store, plain(anEvent({ [part]: toJsonText([{ a: 1, b: { c: 2, d: [3] } }]) })));
      const reordered = anEvent({ [part]: toJsonText([{ b: { d: [3], c: 2 }, a: 1 }]) });
      expect(await append(store, plain(reordered))).toBe("repeated");
    },
  );

  it.each<[string, Partial<ActivityEvent>]>([
    ["action", { action: "INVOICE_PAID" }],
    ["entity_ref", { entity_ref: null }],
    ["actor_user_id", { actor_user_id: "usr_other" }],
    ["changes", { changes: null }],
    ["metadata", { metadata: toJsonText({ source: "DASHBOARD" }) }],
    ["metadata, in the order of a list", { metadata: toJsonText({ source: ["PUBLIC_API"] }) }],
    ["text", { text: "other" }],
    ["related", { related: toJsonText([]) }],
  ])("throws a conflict and changes nothing when %s differs under the same identity", async (_, over) => {
    const { store, stored } = memoryStore();
    await append(store, plain(anEvent()));
    const error = await catchRejection(append(store, plain(anEvent(over))));
    expect(error.code).toBe("conflict");
    expect(error.message).toContain(anEvent().event_id);
    expect(stored()).toEqual([anEvent()]);
  });

  it("treats a different notify as a repeat and changes nothing", async () => {
    const { store, stored } = memoryStore();
    await append(store, plain(anEvent()));
    expect(await append(store, plain(anEvent({ notify: "no" })))).toBe("repeated");
    expect(stored()).toEqual([anEvent()]);
  });

  it("stores another event when the entity, time or organisation differs", async () => {
    const { store, stored } = memoryStore();
    const others = [{}, { entity_id: "inv_2" }, { occurred_at: "2026-05-11T08:30:12.001Z" }, { org_id: "org_2" }];
    for (const over of others) expect(await append(store, plain(anEvent(over)))).toBe("appended");
    expect(stored()).toHaveLength(4);
  });

  it("propagates the store's error", async () => {
    const fault = new Error("the store is away");
    const store: AppendStore = { ...memoryStore().store, put: () => Promise.reject(fault) };
    await expect(append(store, plain(anEvent()))).rejects.toBe(fault);
  });
});

describe("append with an idempotency key", () => {
  const attempt = (over: Parameters<typeof anInput>[0] = {}, now = testNow) =>
    parseEventValue(anInput({ idempotency_key: "order-1", ...over }), { now, entropy: "e" });

  it("stores one event for attempts whose clocks differ", async () => {
    const { store, stored } = memoryStore();
    expect(await append(store, attempt())).toBe("appended");
    const repeat = attempt({ occurred_at: "2026-05-11T08:30:13Z" }, new Date("2026-06-01T12:01:00Z"));
    expect(await append(store, repeat)).toBe("repeated");
    expect(stored().map(({ occurred_at }) => occurred_at)).toEqual(["2026-05-11T08:30:12.000Z"]);
  });

  it("completes an attempt that failed between its two writes", async () => {
    const { store, stored } = memoryStore();
    const crashing: AppendStore = { ...store, put: () => Promise.reject(new Error("crash")) };
    await expect(append(crashing, attempt())).rejects.toThrow("crash");
    expect(stored()).toEqual([]);
    expect(await append(store, attempt({ occurred_at: "2026-05-11T09:00:00Z" }))).toBe("appended");
    expect(stored().map(({ occurred_at }) => occurred_at)).toEqual(["2026-05-11T08:30:12.000Z"]);
  });

  it("throws a conflict when the content or the entity differs", async () => {
    const { store } = memoryStore();
    await append(store, attempt());
    expect((await catchRejection(append(store, attempt({ action: "INVOICE_VOIDED" })))).code).toBe("conflict");
    const elsewhere = await catchRejection(append(store, attempt({ entity_id: "inv_2" })));
    expect(elsewhere).toMatchObject({ code: "conflict" });
    expect(elsewhere.message).toContain("another entity_id");
  });

  it("separates the keys of organisations", async () => {
    const { store, stored } = memoryStore();
    await append(store, attempt());
    expect(await append(store, attempt({ org_id: "org_2" }))).toBe("appended");
    expect(stored()).toHaveLength(2);
  });

  it("stores the event of a second writer under an identity of its own", async () => {
    const { store, stored } = memoryStore();
    const taken = attempt({ occurred_at: "2026-05-11T00:00:00Z", action: "INVOICE_VOIDED" });
    expect(await append(store, taken, "AROAOTHER")).toBe("appended");
    expect(await append(store, attempt(), "AROAOWN")).toBe("appended");
    const later = attempt({ occurred_at: "2026-05-11T09:00:00Z" });
    expect(await append(store, later, "AROAOWN")).toBe("repeated");
    expect(stored().map(({ action, occurred_at }) => `${action} ${occurred_at}`)).toEqual([
      "INVOICE_VOIDED 2026-05-11T00:00:00.000Z",
      "INVOICE_SENT 2026-05-11T08:30:12.000Z",
    ]);
    expect(new Set(stored().map(({ event_id }) => event_id)).size).toBe(2);
    const other = attempt({ occurred_at: "2026-05-11T10:00:00Z", action: "INVOICE_VOIDED" });
    expect(await append(store, other, "AROAOTHER")).toBe("repeated");
  });

  it("keeps the time of an event when another writer's event differs only in its time", async () => {
    const { store, stored } = memoryStore();
    await append(store, attempt({ occurred_at: "2020-01-01T00:00:00Z" }), "AROAOTHER");
    expect(await append(store, attempt(), "AROAOWN")).toBe("appended");
    expect(stored().map(({ occurred_at }) => occurred_at)).toContain("2026-05-11T08:30:12.000Z");
  });

  it("stores an event of another entity when another writer uses the same key", async () => {
    const { store, stored } = memoryStore();
    await append(store, attempt({ entity_id: "inv_2" }), "AROAOTHER");
    expect(await append(store, attempt(), "AROAOWN")).toBe("appended");
    expect(stored()).toHaveLength(2);
  });

  it("treats the same attempt as a repeat when another role sends it", async () => {
    const { store, stored } = memoryStore();
    await append(store, attempt(), "AROAOWN");
    expect(await append(store, attempt({}, new Date("2026-06-02T00:00:00Z")), "AIDAOPERATOR")).toBe("repeated");
    expect(stored()).toHaveLength(1);
  });

  it("shares records without a writer between all writers", async () => {
    const { store, stored } = memoryStore();
    await append(store, attempt());
    const repeat = attempt({ occurred_at: "2026-05-11T09:00:00Z" });
    expect([await append(store, repeat, "AROAOWN"), await append(store, repeat, "AROAOTHER")]).toEqual([
      "repeated",
      "repeated",
    ]);
    expect(stored()).toHaveLength(1);
  });

  it("stores one event for a hundred concurrent attempts with different clocks", async () => {
    const { store, stored } = memoryStore();
    const attempts = Array.from({ length: 100 }, (_, at) =>
      append(store, attempt({ occurred_at: `2026-05-11T08:30:12.${String(at).padStart(3, "0")}Z` })),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === "appended")).toHaveLength(1);
    expect(stored()).toHaveLength(1);
  });
});

it("append (property) stores each event exactly once, keeping the first", async () => {
  const stream = fc.array(fc.record({ id: fc.nat(3), content: fc.nat(1) }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(stream, async (writes) => {
      const { store, stored } = memoryStore();
      const firsts = new Map<number, number>();
      for (const { id, content } of writes) {
        const event = anEvent({ event_id: `evt_${String(id).padStart(32, "0")}`, text: String(content) });
        const expected = !firsts.has(id) ? "appended" : firsts.get(id) === content ? "repeated" : "conflict";
        if (!firsts.has(id)) firsts.set(id, content);
        const outcome = append(store, plain(event));
        if (expected === "conflict") expect((await catchRejection(outcome)).code).toBe("conflict");
        else expect(await outcome).toBe(expected);
      }
      expect(stored().map(({ text }) => text)).toEqual([...firsts.values()].map(String));
    }),
  );
});
