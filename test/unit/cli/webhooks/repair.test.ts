import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import type { RepairCursor, RepairedEndpoint } from "#shared/webhooks/replays/repair-request.ts";
import { testNow } from "#test/support/builders.ts";
import type { CannedResponse } from "#test/unit/cli/fake-api.ts";
import { runCommand } from "#test/unit/cli/run-command.ts";

const route = "POST /2015-03-31/functions/repair/invocations";

const started: RepairedEndpoint = {
  org_id: "org_a",
  endpoint_id: "wh_1",
  outcome: "started",
  reason: null,
  replay_id: "rpl_1",
  count: 3,
  complete: true,
};
const skipped: RepairedEndpoint = {
  ...started,
  endpoint_id: "wh_2",
  outcome: "skipped",
  reason: "disabled",
  replay_id: null,
  count: 500,
  complete: false,
};

const part = (endpoints: readonly RepairedEndpoint[], next: RepairCursor | null = null): CannedResponse => ({
  body: { repair: { orgs: 10, endpoints, next, progress: next === null ? 1 : next.shard / 4_096 } },
});

const failing: CannedResponse = {
  headers: { "x-amz-function-error": "Unhandled" },
  body: { errorMessage: "The store is busy." },
};

const repair = (answers: CannedResponse | readonly CannedResponse[], ...args: string[]) =>
  runCommand({ [route]: answers }, "webhooks", "repair", ...args);

describe("webhooks repair", () => {
  it("requests part after part, each from the end of the previous one, and prints totals", async () => {
    const cursor = { shard: 9, after: "org_a" };
    const { text, json, requests, exit } = await repair(
      [part([started], cursor), part([], { shard: 64, after: null }), part([skipped])],
      "--since",
      "20h",
      "--until",
      "2026-06-01T11:00:00Z",
    );
    expect(exit).toBe(exitCodes.done);
    const since = new Date(testNow.getTime() - 20 * 3_600_000).toISOString();
    const range = { action: "webhooks.repair", since, until: "2026-06-01T11:00:00.999Z", dry_run: false };
    expect(requests.map(({ body }) => body)).toEqual([
      { ...range, cursor: null },
      { ...range, cursor },
      { ...range, cursor: { shard: 64, after: null } },
    ]);
    expect(json).toMatchObject({
      orgs_examined: 30,
      orgs_concerned: 1,
      started: 1,
      would_start: 0,
      skipped: 1,
      endpoints: [started, skipped],
    });
    expect(text.split("\n")).toEqual([
      expect.stringMatching(/^ORG +ENDPOINT +OUTCOME +MISSING +REASON$/),
      expect.stringMatching(/^org_a +wh_1 +started +3 +rpl_1$/),
      expect.stringMatching(/^org_a +wh_2 +skipped +500 or more +disabled$/),
      "Replays started: 1. Endpoints skipped: 1. Organisations affected: 1 of 30 with endpoints.",
    ]);
  });

  it("shows what it would start with --dry-run, up to now", async () => {
    const { text, requests } = await repair(
      part([{ ...started, outcome: "would_start" }]),
      "--since",
      "2h",
      "--dry-run",
    );
    expect(requests).toMatchObject([{ body: { dry_run: true, until: testNow.toISOString() } }]);
    expect(text).toMatch(/^org_a +wh_1 +would start +3 +/m);
    expect(text).toMatch(/^Replays to start: 1\. Endpoints skipped: 0\./m);
  });

  it("reports that no endpoint missed events", async () => {
    const { text } = await repair(part([]), "--since", "2h");
    expect(text).toBe("Replays started: 0. Endpoints skipped: 0. Organisations affected: 0 of 10 with endpoints.");
  });

  it("retries a part that fails, and continues", async () => {
    const { json, requests, seconds } = await repair([failing, failing, part([started])], "--since", "2h");
    expect(json).toMatchObject({ started: 1 });
    expect(requests).toHaveLength(3);
    expect(seconds).toBe(6);
  });

  it("stops when a part fails repeatedly", async () => {
    const { exit, text, requests } = await repair(failing, "--since", "2h");
    expect([exit, requests.length]).toEqual([exitCodes.failed, 4]);
    expect(text).toContain("The store is busy.");
  });

  it("stops at the first rejected request", async () => {
    const refusal = { body: { error: { code: "invalid_value", message: "That is too long ago." } } };
    const { exit, text, requests } = await repair(refusal, "--since", "1y");
    expect([exit, requests.length, text]).toEqual([exitCodes.usage, 1, "That is too long ago."]);
  });

  it("sends no request when a time is malformed", async () => {
    const { exit, text, requests } = await repair(part([]), "--since", "yesterday");
    expect([exit, requests.length]).toEqual([exitCodes.usage, 0]);
    expect(text).toMatch(/^--since must be an ISO 8601 date/);
  });

  it("requires --since", async () => {
    const { exit, requests } = await repair(part([]));
    expect([exit, requests.length]).toEqual([exitCodes.usage, 0]);
  });
});
