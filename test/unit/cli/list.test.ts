import { expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { responseOf } from "./fake-api.ts";
import { runCommand } from "./run-command.ts";

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
  responseOf({ activity, page_context: { limit: 100, returned: activity.length, has_more_page: false } });

it("list requests one action, and shows the names of actors", async () => {
  const path = "/activity?include=actor&action=INVOICE_PAID&limit=5";
  const { requests, exit } = await runCommand(
    { [`GET ${path}`]: page() },
    "list",
    "--action",
    "INVOICE_PAID",
    "--limit",
    "5",
  );
  expect(requests.map((request) => request.path)).toEqual([`/api/public/v1${path}`]);
  expect(exit).toBe(0);
});

it("list shows the historical names of the actor and of the user they acted for", async () => {
  const events = [
    { ...event, actor: { ...asAnna, on_behalf_of: null } },
    { ...event, actor: asAnna },
    { ...event, actor: { ...asAnna, on_behalf_of: { user_id: "usr_9", name: null } } },
    { ...event, actor: { ...asAnna, name: null, on_behalf_of: null } },
    { ...event, actor_user_id: null, actor: { user_id: null, name: null, type: null, on_behalf_of: null } },
    // An API from before it had names.
    event,
  ];
  const { text, json } = await runCommand({ "GET /activity?include=actor": page(...events) }, "list");
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

const updated = {
  event_id: "evt_1",
  action: "INVOICE_UPDATED",
  entity_type: "INVOICE",
  entity_id: "inv_1",
  entity_ref: null,
  actor_user_id: null,
  changes: { note: { old: null, new: "" }, memo: { old: "a", new: "b" } },
  metadata: {},
  occurred_at: "2026-05-11T08:30:12Z",
};

const updatedPage = responseOf({ activity: [updated] });

it.each([
  [["--since", "24h"], { since: "2026-05-31T12:00:30.000Z" }],
  [["--since", "1y", "--until", "7d"], { since: "2025-06-01T12:00:30.000Z", until: "2026-05-25T12:00:30.000Z" }],
  [
    ["--since", "2026-03-03", "--until", "2026-03-03"],
    { since: "2026-03-03T00:00:00.000Z", until: "2026-03-03T23:59:59.999Z" },
  ],
])("list %j requests exactly that range", async (options, range) => {
  const { requests } = await runCommand({}, "list", ...options);
  expect(Object.fromEntries(new URL(requests[0]?.path ?? "", "http://a").searchParams)).toEqual({
    include: "actor",
    ...range,
  });
});

it.each([
  [["--since", "2026-03-04", "--until", "2026-03-03"], "--since must not be later than --until."],
  [["--since", "7days"], expect.stringContaining("a duration such as 24h, 7d or 1y, not '7days'")],
])("list %j is a usage error without a request", async (options, message) => {
  const { exit, text, requests } = await runCommand({}, "list", ...options);
  expect([exit, text, requests]).toEqual([exitCodes.usage, message, []]);
});

it("list distinguishes an empty text from an absent one", async () => {
  const { text } = await runCommand({ "GET /activity?include=actor": updatedPage }, "list");
  expect(text).toContain('note: null → ""; memo: a → b');
});

it("list shows the ids of documents that have the same reference", async () => {
  const events = ["inv_1", "inv_2"].map((entity_id) => ({ ...event, entity_id, entity_ref: "INV-1" }));
  const { text } = await runCommand({ "GET /activity?include=actor": page(...events) }, "list");
  expect(text).toMatch(/INV-1 \(inv_1\).*INV-1 \(inv_2\)/s);
});

it("list --all gives up when the API demands a wait of more than a minute", async () => {
  const limited = { status: 429, headers: { "retry-after": "9999999" }, body: { message: "" } };
  const { exit, text, requests, stderr, seconds } = await runCommand(
    { "GET /activity?include=actor&limit=500": limited },
    "list",
    "--all",
  );
  expect([exit, stderr, seconds]).toEqual([exitCodes.failed, "", 0]);
  expect(text).toBe("Rate limit of the token reached. Try again in 9999999 seconds.");
  expect(requests).toHaveLength(1);
});

it("list --all waits for the rate limit three times at most", async () => {
  const limited = { status: 429, headers: { "retry-after": "30" }, body: { message: "" } };
  const { exit, requests, stderr } = await runCommand(
    { "GET /activity?include=actor&limit=500": limited },
    "list",
    "--all",
  );
  expect([exit, requests.length]).toEqual([exitCodes.failed, 4]);
  expect(stderr).toBe("Rate limit of the token reached. Waiting 31 seconds.\n".repeat(3));
});

it("list --all repeats a request when the API is unavailable", async () => {
  const path = "GET /activity?include=actor&limit=500";
  const unavailable = { status: 503, headers: { "retry-after": "1" }, body: { message: "Unavailable." } };
  const { json, stderr } = await runCommand({ [path]: [unavailable, page(event)] }, "list", "--all");
  expect(json).toMatchObject({ events: [event] });
  expect(stderr).toBe("The API returned 503: Unavailable. Waiting 2 seconds.\n");
});

it("list --all fails when the next page would be the same one", async () => {
  const link = { link: '</activity?cursor=1>; rel="next"' };
  const path = "GET /activity?include=actor&limit=500";
  const { exit, text, requests } = await runCommand(
    { [path]: { ...page(event), headers: link }, [`${path}&cursor=1`]: { ...page(event), headers: link } },
    "list",
    "--all",
  );
  expect([exit, requests.length]).toEqual([exitCodes.failed, 2]);
  expect(text).toContain("Unknown response");
});

it("list shows the time of the newest event when the range is empty", async () => {
  const since = encodeURIComponent("2026-05-25T12:00:30.000Z");
  const answers = {
    [`GET /activity?include=actor&since=${since}`]: page(),
    "GET /activity?include=actor&limit=1": page(event),
  };
  const { text } = await runCommand(answers, "list", "--since", "7d");
  expect(text).toBe("No events. The newest event outside this range is from 2026-05-11 08:30:12 UTC.");
  const json = await runCommand(answers, "list", "--since", "7d", "--json");
  expect(json.requests).toHaveLength(1);
});

it("list says that it takes ids when it finds nothing for a number", async () => {
  const answers = { "GET /activity?include=actor&entity_id=INV-1": page() };
  const { text } = await runCommand(answers, "list", "--entity", "INV-1");
  expect(text).toBe(
    "No events. --entity takes the id of a document, not its number. Ids are shown by list, in brackets or with --json.",
  );
});
