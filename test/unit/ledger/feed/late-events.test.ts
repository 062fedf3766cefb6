import fc from "fast-check";
import { expect, it } from "vitest";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import { noFilter } from "#shared/events/query/query.ts";
import { listChanges } from "#shared/ledger/feed/list-changes.ts";
import { anEvent } from "#test/support/builders.ts";
import { feedFixture, unlimited } from "#test/support/ledger/feed-fixture.ts";
import { memoryEvents } from "#test/support/memory/events.ts";

const start = Date.parse("2026-05-11T08:00:00.000Z");

/** A client that polls lists since the newest time that it has seen, and one that follows the feed. */
function clients(orgId: string) {
  const polled = new Set<string>();
  const followed: string[] = [];
  let newest = new Date(start).toISOString();
  return {
    polled,
    followed,
    async poll(log: readonly ActivityEvent[]) {
      const query = {
        ...noFilter,
        org_id: orgId,
        visibleEntityTypes: documentTypes,
        projection: [],
        limit: 1_000,
        after: null,
      };
      const { events } = await listEvents(memoryEvents(log), { ...query, since: newest });
      for (const { event_id, occurred_at } of events) {
        polled.add(event_id);
        if (occurred_at > newest) newest = occurred_at;
      }
    },
    async follow(ports: ReturnType<typeof feedFixture>["ports"]) {
      const { changes } = await listChanges(ports, { org_id: orgId, after: followed.length, limit: 1_000 }, unlimited);
      followed.push(...changes.map(({ activity }) => activity?.event_id ?? ""));
    },
  };
}

/** Events that were stored in this order, each so many seconds after it happened. */
async function run(delays: readonly number[]) {
  const fixture = feedFixture();
  const { polled, followed, poll, follow } = clients(fixture.org_id);
  const log: ActivityEvent[] = [];
  for (const [at, delay] of delays.entries()) {
    const occurred_at = new Date(start + (at + 1) * 1_000 - delay * 1_000).toISOString();
    const event_id = `evt_${String(at).padStart(32, "0")}`;
    const event = anEvent({
      org_id: fixture.org_id,
      event_id,
      occurred_at,
      recorded_at: new Date(start + (at + 1) * 1_000).toISOString(),
    });
    log.push(event);
    await fixture.append([fixture.store(event)]);
    await poll(log);
    await follow(fixture.ports);
  }
  return { ids: log.map(({ event_id }) => event_id), polled, followed };
}

it("a client that polls since the newest event misses a late event, which the feed lists last", async () => {
  const { ids, polled, followed } = await run([0, 0, 0, 30]);
  expect(ids.filter((id) => !polled.has(id))).toEqual([ids[3]]);
  expect(followed).toEqual(ids);
});

it("(property) the feed misses no event, however late events arrive", async () => {
  let missedByPolling = 0;
  const delays = fc.array(fc.constantFrom(0, 0, 0, 1, 5, 60), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(delays, async (seconds) => {
      const { ids, polled, followed } = await run(seconds);
      expect(followed).toEqual(ids);
      missedByPolling += ids.filter((id) => !polled.has(id)).length;
    }),
    { numRuns: 50 },
  );
  expect(missedByPolling).toBeGreaterThan(0);
});
