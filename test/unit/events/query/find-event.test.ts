import { describe, expect, it, vi } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { findEvent } from "#shared/events/query/find-event.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";
import type { EventReader } from "#shared/events/query/query.ts";
import { anEvent, aQuery } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryEvents } from "#test/support/memory/events.ts";

const idOf = (at: number) => `evt_${String(at).padStart(32, "0")}`;

/** Returns events of the same time; the highest id is the newest. */
const manyEvents = (count: number) => Array.from({ length: count }, (_, at) => anEvent({ event_id: idOf(at) }));

const { limit: _, after: __, ...query } = aQuery();

function counting(events: readonly ActivityEvent[]) {
  return { readPage: vi.fn<EventReader["readPage"]>(memoryEvents(events).readPage) };
}

it.each([0, 1_234, 2_999])("findEvent returns the event with an id, %i pages away", async (at) => {
  expect(await findEvent(memoryEvents(manyEvents(3_000)), query, idOf(at))).toMatchObject({ event_id: idOf(at) });
});

it("findEvent returns null when no event has the id or other conditions exclude it", async () => {
  const reader = memoryEvents([anEvent()]);
  expect(await findEvent(reader, query, idOf(7))).toBeNull();
  expect(await findEvent(reader, { ...query, action: "INVOICE_PAID" }, anEvent().event_id)).toBeNull();
  expect(await findEvent(reader, { ...query, org_id: "org_other" }, anEvent().event_id)).toBeNull();
});

it("findEvent returns the newest event when a writer used an id twice", async () => {
  const [older, newer] = ["2026-05-11T08:30:12.000Z", "2026-05-12T08:30:12.000Z"].map((occurred_at) =>
    anEvent({ occurred_at }),
  );
  if (older === undefined || newer === undefined) throw new Error("There are two times.");
  expect(await findEvent(memoryEvents([older, newer]), query, older.event_id)).toBe(newer);
});

it("findEvent stops reading at the page with the event", async () => {
  const reader = counting(manyEvents(3_000));
  await findEvent(reader, query, idOf(2_600));
  expect(reader.readPage).toHaveBeenCalledTimes(1);
});

describe("findEvent in a range beyond the read budget", () => {
  it("throws too_broad with advice", async () => {
    const reader = counting(manyEvents(offsetPageBudget.events + 1_000));
    const error = await catchRejection(findEvent(reader, query, idOf(0)));
    expect([error.code, error.context.field]).toEqual(["too_broad", "event_id"]);
    expect(error.message).toMatch(/entity_id/);
    expect(reader.readPage.mock.calls.length).toBeLessThanOrEqual(offsetPageBudget.pages);
  });

  it("reads up to the budget", async () => {
    const reader = memoryEvents(manyEvents(offsetPageBudget.events + 1_000));
    expect(await findEvent(reader, query, idOf(1_000))).not.toBeNull();
  });

  it("stops as early when other conditions leave pages empty", async () => {
    const page = vi.fn<EventReader["readPage"]>(async () => ({ events: [], next: anEvent() }));
    expect((await catchRejection(findEvent({ readPage: page }, query, idOf(0)))).code).toBe("too_broad");
    expect(page.mock.calls.length).toBeLessThanOrEqual(offsetPageBudget.pages / 4);
  });
});
