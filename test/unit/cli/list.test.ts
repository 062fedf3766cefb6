import { expect, it } from "vitest";
import { answered } from "./fake-api.ts";
import { runVerb } from "./run-verb.ts";

const event = {
  event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
  action: "INVOICE_PAID",
  entity_type: "INVOICE",
  entity_id: "inv_1",
  entity_ref: null,
  actor_user_id: "usr_1",
  changes: null,
  metadata: {},
  occurred_at: "2026-05-11T08:30:12Z",
};

const asAnna = { user_id: "usr_1", name: "Support", type: "user", on_behalf_of: { user_id: "usr_9", name: "Anna" } };

const page = (...activity: readonly object[]) =>
  answered({ activity, page_context: { limit: 100, returned: activity.length, has_more_page: false } });

it("asks for one action, with the names of those who acted", async () => {
  const path = "/activity?include=actor&action=INVOICE_PAID&limit=5";
  const { asked, exit } = await runVerb(
    { [`GET ${path}`]: page() },
    "list",
    "--action",
    "INVOICE_PAID",
    "--limit",
    "5",
  );
  expect(asked.map((request) => request.path)).toEqual([`/api/public/v1${path}`]);
  expect(exit).toBe(0);
});

it("names who acted as of then, and for whom", async () => {
  const events = [
    { ...event, actor: { ...asAnna, on_behalf_of: null } },
    { ...event, actor: asAnna },
    { ...event, actor: { ...asAnna, on_behalf_of: { user_id: "usr_9", name: null } } },
    { ...event, actor: { ...asAnna, name: null, on_behalf_of: null } },
    { ...event, actor_user_id: null, actor: { user_id: null, name: null, type: null, on_behalf_of: null } },
    // An API from before it had names.
    event,
  ];
  const { text, json } = await runVerb({ "GET /activity?include=actor": page(...events) }, "list");
  const rows = text.split("\n").slice(1);
  expect(rows.map((row) => row.split("inv_1")[1]?.trim())).toEqual([
    "Support",
    "Anna (by Support)",
    "usr_9 (by Support)",
    "usr_1",
    "system",
    "usr_1",
  ]);
  expect(json).toEqual({ events, has_more: false });
});
