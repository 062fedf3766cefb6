import { describe, expect, it } from "vitest";
import { dispatch } from "#clients/cli/dispatch.ts";
import { until } from "#test/support/until.ts";
import { aCommandContext } from "./command-context.ts";
import { fakeApi, responseOf } from "./fake-api.ts";
import { withoutColours } from "./run-command.ts";

const activity = {
  event_id: "evt_1",
  action: "INVOICE_SENT",
  entity_type: "INVOICE",
  entity_id: "inv_1",
  entity_ref: "INV-\u001b[2J1",
  actor_user_id: null,
  changes: null,
  metadata: {},
  occurred_at: "2026-05-11T08:30:12Z",
};
const sealed_at = "2026-05-11T08:30:12.204Z";
const shownEvent = { sequence: 41, sealed_at, activity };
const hidden = { sequence: 42, sealed_at, activity: null, reason: "hidden" };

const pageOf = (changes: readonly { readonly sequence: number }[], latest_sequence: number) => {
  const page_context = { after: 0, returned: changes.length, latest_sequence, has_more_page: false };
  return responseOf({ changes, page_context });
};
const path = (query: string) => `GET /activity/changes?${query}`;

describe("tail", () => {
  it("shows the changes after a sequence, and ends", async () => {
    const { cwd, requests } = await fakeApi({ [path("limit=200&after=40")]: pageOf([shownEvent, hidden], 42) });
    const { context, shown } = aCommandContext({ cwd });
    expect(await dispatch(["tail", "--after", "40", "--org", "org_a"], context)).toBeNull();
    expect(shown.map(({ text }) => withoutColours(text))).toEqual([
      "      41  2026-05-11 08:30:12  INVOICE_SENT              INV-·[2J1           system",
      "      42  2026-05-11 08:30:12  (hidden)",
    ]);
    expect(shown.map(({ json }) => json)).toEqual([shownEvent, hidden]);
    expect(requests[0]?.headers["x-aibooks-org"]).toBe("org_a");
  });

  it("begins ten before the end of the log without a sequence", async () => {
    const { cwd, requests } = await fakeApi({
      [path("after=9007199254740991&limit=1")]: pageOf([], 50),
      [path("limit=200&after=40")]: pageOf([shownEvent, hidden], 42),
    });
    const { context, shown } = aCommandContext({ cwd });
    await dispatch(["tail"], context);
    expect([shown.length, requests.length]).toEqual([2, 2]);
  });

  it("follows the log over outages, without repeating a change, until it is interrupted", async () => {
    const { cwd } = await fakeApi({
      [path("limit=200&after=40&wait=20")]: [
        { status: 503, body: { code: "service.unavailable", message: "busy" } },
        pageOf([shownEvent], 41),
      ],
      [path("limit=200&after=41&wait=20")]: [
        { status: 500, body: { code: "internal.error", message: "x" } },
        pageOf([hidden], 42),
      ],
      [path("limit=200&after=42&wait=20")]: pageOf([], 42),
    });
    const { context, shown, stderr, interruption } = aCommandContext({ cwd });
    const ended = dispatch(["tail", "--follow", "--after", "40"], context);
    await until(() => shown.length === 2);
    interruption.abort();
    expect(await ended).toBeNull();
    expect(shown.map(({ json }) => json)).toEqual([shownEvent, hidden]);
    expect(stderr.filter((line) => line.includes("Trying again."))).toHaveLength(2);
  });

  it("fails on a gap", async () => {
    const { cwd } = await fakeApi({ [path("limit=200&after=40")]: pageOf([hidden], 42) });
    const { context } = aCommandContext({ cwd });
    await expect(dispatch(["tail", "--after", "40"], context)).rejects.toThrow("has the sequence 42");
  });

  it.each(["-1", "x", "1.5"])("refuses --after %s", async (after) => {
    const { context } = aCommandContext();
    await expect(dispatch(["tail", `--after=${after}`], context)).rejects.toThrow("--after must be a sequence");
  });
});
