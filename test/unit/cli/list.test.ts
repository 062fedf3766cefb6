import { expect, it } from "vitest";
import { exitCodes } from "../../../clients/cli/outcome.ts";
import { answered } from "./fake-api.ts";
import { runVerb } from "./run-verb.ts";

const event = {
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

const page = answered({ activity: [event] });

it.each([
  [["--since", "24h"], { since: "2026-05-31T12:00:30.000Z" }],
  [["--since", "1y", "--until", "7d"], { since: "2025-06-01T12:00:30.000Z", until: "2026-05-25T12:00:30.000Z" }],
  [
    ["--since", "2026-03-03", "--until", "2026-03-03"],
    { since: "2026-03-03T00:00:00.000Z", until: "2026-03-03T23:59:59.999Z" },
  ],
])("list %j asks for just that time", async (options, range) => {
  const { asked } = await runVerb({}, "list", ...options);
  expect(Object.fromEntries(new URL(asked[0]?.path ?? "", "http://a").searchParams)).toEqual(range);
});

it.each([
  [["--since", "2026-03-04", "--until", "2026-03-03"], "--since is later than --until."],
  [["--since", "7days"], expect.stringContaining("a time back from now, such as 24h, 7d or 1y, and not '7days'")],
])("list %j is wrong usage, and asks for nothing", async (options, message) => {
  const { exit, text, asked } = await runVerb({}, "list", ...options);
  expect([exit, text, asked]).toEqual([exitCodes.usage, message, []]);
});

it("list tells an empty text from nothing", async () => {
  const { text } = await runVerb({ "GET /activity?": page }, "list");
  expect(text).toContain('note: null → ""; memo: a → b');
});
