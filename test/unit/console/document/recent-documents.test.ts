import { describe, expect, it } from "vitest";
import { listRecentDocuments } from "#clients/console/document/recent-documents.ts";
import { aTimelineEvent } from "#test/unit/timeline/timeline-fixtures.ts";

describe("listRecentDocuments", () => {
  it("returns each document once, with its newest event", () => {
    const events = [
      aTimelineEvent({ event_id: "evt_4", entity_id: "a" }),
      aTimelineEvent({ event_id: "evt_3", entity_id: "b" }),
      aTimelineEvent({ event_id: "evt_2", entity_id: "a" }),
      aTimelineEvent({ event_id: "evt_1", entity_id: "a", entity_type: "BILL" }),
    ];
    const documents = listRecentDocuments(events).map(({ type, id, lastEvent }) => [type, id, lastEvent.id]);
    expect(documents).toEqual([
      ["INVOICE", "a", "evt_4"],
      ["INVOICE", "b", "evt_3"],
      ["BILL", "a", "evt_1"],
    ]);
  });
});
