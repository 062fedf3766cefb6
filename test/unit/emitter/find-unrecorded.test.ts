import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DocumentState, ListedEvent } from "#clients/emitter/document-state.ts";
import { type ActivityListParams, findUnrecorded } from "#clients/emitter/find-unrecorded.ts";

const start = Date.parse("2026-05-11T08:00:00Z");
const minutes = (count: number) => new Date(start + count * 60_000).toISOString();

const invoice = (name: number, over: Partial<DocumentState> = {}): DocumentState => ({
  ...{ entity_type: "INVOICE", entity_id: `inv_${name}`, updated_at: minutes(name) },
  ...over,
});

const eventOf = (
  { entity_type, entity_id }: DocumentState,
  at: number,
  over: Partial<ListedEvent> = {},
): ListedEvent => ({
  ...{ entity_type, entity_id, event_id: `evt_${entity_id}_${at}`, occurred_at: minutes(at) },
  ...over,
});

/** The API over these events: filters, and pages newest first. Counts its requests. */
function apiOf(events: readonly ListedEvent[]) {
  const sorted = events.toSorted((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1));
  let requests = 0;
  const list = async ({ entity_id, entity_type, since, until, limit = 100, cursor = "0" }: ActivityListParams = {}) => {
    requests += 1;
    const found = sorted.filter(
      (event) =>
        (entity_id === undefined || event.entity_id === entity_id) &&
        (entity_type === undefined || event.entity_type === entity_type) &&
        (since === undefined || event.occurred_at >= since) &&
        (until === undefined || event.occurred_at <= until),
    );
    const end = Number(cursor) + limit;
    const next = end < found.length ? { entity_id, entity_type, since, until, limit, cursor: String(end) } : null;
    const withoutUndefined: ActivityListParams | null = next && JSON.parse(JSON.stringify(next));
    return { items: found.slice(Number(cursor), end), next: withoutUndefined };
  };
  return { activity: { list }, requests: () => requests };
}

async function unrecorded(documents: readonly DocumentState[], events: readonly ListedEvent[]) {
  const { activity, requests } = apiOf(events);
  const found: string[] = [];
  for await (const { document, reason } of findUnrecorded(documents, { activity })) {
    found.push(`${document.entity_id} ${reason}`);
  }
  return { found, requests: requests() };
}

describe("findUnrecorded", () => {
  it("finds documents without an event, or with an older one", async () => {
    const documents = [invoice(1), invoice(2), invoice(3), invoice(4)];
    const [first, second, third] = documents;
    if (first === undefined || second === undefined || third === undefined) throw new Error("no documents");
    const events = [eventOf(first, 1), eventOf(second, 1), eventOf(third, 2)];
    // The event of the second and of the third is a minute older, which is tolerated.
    expect((await unrecorded(documents, events)).found).toEqual(["inv_4 no_event"]);
    const later = documents.map((document) => ({ ...document, updated_at: minutes(10) }));
    const older = ["inv_1 older_event", "inv_2 older_event", "inv_3 older_event", "inv_4 no_event"];
    expect((await unrecorded(later, events)).found).toEqual(older);
  });

  it("compares versions where documents have one", async () => {
    const versions = [
      [9, { metadata: { version: 10 } }, []],
      [10, { changes: { version: { old: 9, new: "10" } } }, []],
      [11, { metadata: { version: 10 } }, ["inv_1 older_event"]],
      ["etag-b", { metadata: { version: "etag-a" } }, ["inv_1 older_event"]],
      ["etag-a", { metadata: { version: "etag-a" } }, []],
      [1, {}, ["inv_1 older_event"]],
    ] as const;
    for (const [version, over, expected] of versions) {
      const document = invoice(1, { version });
      expect((await unrecorded([document], [eventOf(document, 1, over)])).found).toEqual(expected);
    }
  });

  it("does not take the event of another type with the same id", async () => {
    const document = invoice(1);
    const other = eventOf({ ...document, entity_type: "BILL" }, 1);
    expect((await unrecorded([document], [other])).found).toEqual(["inv_1 no_event"]);
  });

  it("takes few requests for documents in the order of their changes", async () => {
    const documents = Array.from({ length: 10_000 }, (_, at) => invoice(at));
    const events = documents.flatMap((document, at) => (at % 2_500 === 7 ? [] : [eventOf(document, at)]));
    const { found, requests } = await unrecorded(documents, events);
    expect(found).toEqual(["inv_7 no_event", "inv_2507 no_event", "inv_5007 no_event", "inv_7507 no_event"]);
    expect(requests).toBeLessThanOrEqual(100);
  });

  it("finds what a comparison of each document by itself finds", async () => {
    const cases = fc.array(fc.record({ updated: fc.nat(500), events: fc.array(fc.nat(500), { maxLength: 4 }) }), {
      maxLength: 120,
    });
    await fc.assert(
      fc.asyncProperty(cases, async (all) => {
        const documents = all.map(({ updated }, at) => invoice(at, { updated_at: minutes(updated) }));
        const events = all.flatMap((one, at) => one.events.map((time) => eventOf(invoice(at), time)));
        const expected = all.flatMap(({ updated, events: own }, at) => {
          if (own.some((time) => time >= updated - 1)) return [];
          return [`inv_${at} ${own.length === 0 ? "no_event" : "older_event"}`];
        });
        expect((await unrecorded(documents, events)).found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
