import { describe, expect, it } from "vitest";
import { parseEvent } from "#clients/timeline/events/parse-event.ts";
import { anApiEvent, aTimelineEvent } from "./timeline-fixtures.ts";

describe("parseEvent", () => {
  it("returns the fields of an event", () => {
    const changes = { status: { old: "DRAFT", new: "SENT" } };
    const event = anApiEvent({ changes, metadata: { source: "DASHBOARD" } });
    expect(parseEvent(event)).toEqual({
      id: "evt_1",
      action: "INVOICE_SENT",
      entity: { type: "INVOICE", id: "inv_8c3f1a9b", ref: "INV-2026-0042" },
      actor: { id: "usr_xyz", name: "Priya Sharma", type: "user", onBehalfOf: null },
      changes: [{ field: "status", old: "DRAFT", new: "SENT" }],
      metadata: { source: "DASHBOARD" },
      occurredAtMs: Date.parse("2026-05-11T08:30:12Z"),
      text: "Invoice INV-2026-0042 sent",
      related: [],
      raw: event,
    });
  });

  it.each([null, 1, "evt", [], {}, anApiEvent({ event_id: 7 }), anApiEvent({ occurred_at: "yesterday" })])(
    "returns null for %j, which has no id or no time",
    (value) => {
      expect(parseEvent(value)).toBeNull();
    },
  );

  it("keeps an event whose optional fields have other types", () => {
    const event = aTimelineEvent({ actor: "Priya", changes: [1], metadata: "x", related: {}, text: 3, entity_ref: {} });
    expect(event).toMatchObject({ changes: [], metadata: {}, related: [], text: null });
    expect(event.actor).toEqual({ id: "usr_xyz", name: null, type: null, onBehalfOf: null });
  });

  it("leaves out changes that a reader cannot see", () => {
    const changes = { notes: { old: null, new: "" }, total: { old: "1", new: "1" }, other: "text", name: { new: "A" } };
    expect(aTimelineEvent({ changes }).changes).toEqual([{ field: "name", old: null, new: "A" }]);
  });

  it("reads on whose behalf an agent acted", () => {
    const actor = { name: "Autopilot", type: "agent", on_behalf_of: { user_id: "usr_1", name: "Priya" } };
    expect(aTimelineEvent({ actor }).actor.onBehalfOf).toEqual({ id: "usr_1", name: "Priya" });
  });
});
