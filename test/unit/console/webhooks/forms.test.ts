import { describe, expect, it } from "vitest";
import {
  type EndpointForm,
  emptyForm,
  findMissing,
  toForm,
  toFormErrors,
  toPatch,
  toSettings,
} from "#clients/console/webhooks/endpoints/endpoint-form.ts";
import { groupCatalogue, suggestFilters } from "#clients/console/webhooks/event-types/event-type-filters.ts";
import {
  formatCount,
  initialReplayForm,
  parseReplayForm,
  toProgress,
  toReplayRange,
} from "#clients/console/webhooks/replays/replay-form.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { isEventTypeFilter } from "#shared/webhooks/event-types/event-type-filter.ts";
import { aListedEndpoint } from "#test/support/console/webhooks.ts";

const form: EndpointForm = {
  url: " https://hooks.example.com/in ",
  events: ["invoice.*"],
  entityId: "",
  description: " ",
  headers: [
    { name: " X-Api-Key ", value: " key " },
    { name: "", value: "" },
  ],
};

describe("toSettings", () => {
  it("trims texts, and sends empty ones as null", () => {
    expect(toSettings(form)).toEqual({
      url: "https://hooks.example.com/in",
      events: ["invoice.*"],
      entity_id: null,
      description: null,
      headers: { "X-Api-Key": "key" },
    });
  });

  it("sends null for no headers", () => {
    expect(toSettings({ ...form, headers: [] }).headers).toBeNull();
  });
});

describe("toPatch", () => {
  const endpoint = aListedEndpoint({ description: "Ledger", header_names: ["X-Api-Key"] });

  it("has nothing when nothing was changed", () => {
    expect(toPatch(toForm(endpoint), endpoint)).toEqual({});
  });

  it("has what differs, and null for a text that was removed", () => {
    const changed = { ...toForm(endpoint), events: ["*"], description: "", entityId: "inv_1" };
    expect(toPatch(changed, endpoint)).toEqual({ events: ["*"], description: null, entity_id: "inv_1" });
  });

  it("has headers only if they were entered again, and null if they were removed", () => {
    const entered = { ...toForm(endpoint), headers: [{ name: "X-New", value: "1" }] };
    expect(toPatch(entered, endpoint)).toEqual({ headers: { "X-New": "1" } });
    expect(toPatch({ ...toForm(endpoint), headers: [] }, endpoint)).toEqual({ headers: null });
  });
});

describe("findMissing", () => {
  it("names the fields without which a form cannot be sent", () => {
    expect(Object.keys(findMissing({ ...emptyForm, events: [], headers: [{ name: "X-A", value: "" }] }))).toEqual([
      "url",
      "events",
      "headers",
    ]);
    expect(findMissing(form)).toEqual({});
  });
});

describe("toFormErrors", () => {
  const format = () => "The message.";

  it("puts the message of the API at its field", () => {
    expect(toFormErrors({ kind: "invalid", message: "", field: "headers" }, format)).toEqual({
      headers: "The message.",
    });
  });

  it.each([
    { kind: "invalid", message: "", field: "org" },
    { kind: "conflict", message: "", field: null },
    { kind: "invalid", message: "", field: null },
    { kind: "offline" },
  ] as const)("puts the message for %j at the form", (failure) => {
    expect(toFormErrors(failure, format)).toEqual({ form: "The message." });
  });
});

describe("suggestFilters", () => {
  const suggest = (text: string, chosen: string[] = []) =>
    suggestFilters(text, eventTypeCatalogue, chosen).map(({ filter }) => filter);

  it("finds single types and wildcards that contain the text, wildcards first", () => {
    expect(suggest("invoice.s")).toEqual(["invoice.status_changed", "invoice.sent"]);
    expect(suggest("voided")[0]).toBe("*.voided");
    expect(suggest("")[0]).toBe("*");
  });

  it("leaves out what is chosen", () => {
    expect(suggest("invoice.sent", ["invoice.sent"])).toEqual([]);
  });

  it("offers a valid filter that the catalogue does not have, but no invalid one", () => {
    expect(suggest("invoice.foo")).toEqual(["invoice.foo"]);
    expect(suggest("planet.foo")).toEqual([]);
    expect(suggest("invoice.*.x")).toEqual([]);
  });

  it("offers only filters that the API accepts", () => {
    expect(suggestFilters("", eventTypeCatalogue, []).every(({ filter }) => isEventTypeFilter(filter))).toBe(true);
  });
});

describe("groupCatalogue", () => {
  it("groups the types that contain the text by their document", () => {
    const groups = groupCatalogue(eventTypeCatalogue, "VOIDED");
    expect(groups.get("invoice")?.map(({ event_type }) => event_type)).toEqual(["invoice.voided"]);
    expect(groups.has("contact")).toBe(false);
  });
});

describe("toReplayRange", () => {
  const now = Date.parse("2026-06-01T12:00:00Z");

  it("ends a period now, which the API does by itself", () => {
    expect(toReplayRange(initialReplayForm, now)).toEqual({ since: "2026-05-31T12:00:00.000Z", only: "failed" });
  });

  it("is a little shorter than thirty days for failed deliveries, which expire then", () => {
    const range = toReplayRange({ ...initialReplayForm, period: "30d" }, now);
    expect(Date.parse(range?.since ?? "")).toBeGreaterThan(now - 30 * 86_400_000);
  });

  it("has custom bounds, and is null if one is missing or the end is before the beginning", () => {
    const custom = { period: "custom", since: "2026-05-01T00:00Z", until: "2026-05-02T00:00Z", only: "all" } as const;
    expect(toReplayRange(custom, now)).toEqual({
      since: "2026-05-01T00:00:00.000Z",
      until: "2026-05-02T00:00:00.000Z",
      only: "all",
    });
    expect(toReplayRange({ ...custom, until: "" }, now)).toBeNull();
    expect(toReplayRange({ ...custom, until: "2026-04-01T00:00Z" }, now)).toBeNull();
  });
});

describe("parseReplayForm", () => {
  it("returns a form whose range has that of the address, with whole minutes", () => {
    const since = "2026-05-11T08:30:12.031Z";
    const query = new URLSearchParams({ since, until: "2026-05-12T10:00:00.001Z", only: "all" });
    const range = { since: "2026-05-11T08:30:00.000Z", until: "2026-05-12T10:01:00.000Z", only: "all" };
    expect(toReplayRange(parseReplayForm(query), Date.parse(since))).toEqual(range);
  });

  it.each(["", "since=2026-05-11T08:30:12Z", "until=2026-05-11T08:30:12Z"])(
    "returns the initial form for %j",
    (text) => {
      expect(parseReplayForm(new URLSearchParams(text))).toEqual(initialReplayForm);
    },
  );

  it("returns empty fields for invalid times", () => {
    expect(parseReplayForm(new URLSearchParams("since=x&until=y"))).toMatchObject({ since: "", until: "" });
  });
});

describe("formatCount", () => {
  it.each([
    [{ count: 0, examined: 9, complete: true }, "failed", "Nothing matches."],
    [{ count: 1, examined: 9, complete: true }, "failed", "1 failed delivery will be sent."],
    [{ count: 2, examined: 9, complete: true }, "all", "2 events will be sent."],
    [
      { count: 2, examined: 9, complete: false },
      "all",
      "At least 2 events will be sent: the newest 9 of the period were examined.",
    ],
  ] as const)("of %j, only %s, says %j", (counted, only, text) => {
    expect(formatCount({ dry_run: true, ...counted }, only)).toBe(text);
  });
});

describe("toProgress", () => {
  const replay = (status: "running" | "done" | "stopped", sent: number) => ({
    replay_id: "rpl_1",
    status,
    since: "2026-05-01T00:00:00Z",
    until: "2026-05-02T00:00:00Z",
    events: null,
    only: "all" as const,
    examined: 0,
    sent,
    created_at: "2026-05-02T00:00:00Z",
    updated_at: "2026-05-02T00:00:00Z",
  });

  it.each([
    [replay("running", 0), 40, { label: "Waiting to start", share: 0 }],
    [replay("running", 10), 40, { label: "Running: 10 of 40 sent", share: 0.25 }],
    [replay("running", 10), null, { label: "Running: 10 sent", share: null }],
    [replay("running", 50), 40, { label: "Running: 50 sent", share: 1 }],
    [replay("done", 38), 40, { label: "Done: 38 sent", tone: "positive", share: 1 }],
    [replay("stopped", 10), 40, { label: "Stopped: 10 of 40 sent", tone: "negative", share: 0.25 }],
  ])("of %j with a total of %j", (state, total, progress) => {
    expect(toProgress(state, total)).toMatchObject(progress);
  });
});
