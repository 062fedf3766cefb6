import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import type { ReconciledOrg } from "#shared/ledger/reconcile/reconcile-request.ts";
import type { CannedResponse } from "#test/unit/cli/fake-api.ts";
import { runCommand } from "#test/unit/cli/run-command.ts";

const route = "POST /2015-03-31/functions/reconcile/invocations";

const anOrg = (over: Partial<ReconciledOrg> = {}): ReconciledOrg => ({
  org_id: "org_a",
  outcome: "done",
  reason: null,
  events: 100,
  missing: 0,
  too_young: 0,
  unreadable: 0,
  progress: 1,
  ...over,
});

const part = (orgs: readonly ReconciledOrg[], next: string | null = null): CannedResponse => ({
  body: { reconcile: { orgs, next, progress: next === null ? 1 : 0.5 } },
});

const failing: CannedResponse = {
  headers: { "x-amz-function-error": "Unhandled" },
  body: { errorMessage: "The store is busy." },
};

const reconcile = (answers: CannedResponse | readonly CannedResponse[], ...args: string[]) =>
  runCommand({ [route]: answers }, "trust", "reconcile", ...args);

describe("trust reconcile", () => {
  it("requests part after part and prints the last counts of each organisation", async () => {
    const running = anOrg({ outcome: "running", missing: 2, progress: 0.2 });
    const { text, json, requests, exit } = await reconcile([
      part([running], "org_a"),
      part([anOrg({ events: 300, missing: 5, too_young: 1 }), anOrg({ org_id: "org_b" })]),
    ]);
    expect(exit).toBe(exitCodes.done);
    const request = {
      action: "trust.reconcile",
      org_id: null,
      older_than_ms: 25 * 3_600_000,
      dry_run: false,
      notify: false,
    };
    expect(requests.map(({ body }) => body)).toEqual([
      { ...request, cursor: null },
      { ...request, cursor: "org_a" },
    ]);
    expect(json).toMatchObject({ orgs_examined: 2, orgs_failed: 0, events: 400, missing: 5, too_young: 1 });
    expect(text.split("\n")).toEqual([
      expect.stringMatching(/^ORG +OUTCOME +EVENTS +MISSING +TOO YOUNG +UNREADABLE +REASON$/),
      expect.stringMatching(/^org_a +done +300 +5 +1 +0 +-$/),
      "Compared 400 events of 2 organisations. Events appended: 5. Left to the sequencer: 1. Run the command again when they are 25 hours old.",
    ]);
  });

  it("passes its options", async () => {
    const { requests, text } = await reconcile(
      part([anOrg({ missing: 7 })]),
      ...["--org", "org_a", "--older-than", "7d", "--dry-run", "--notify"],
    );
    const options = { org_id: "org_a", older_than_ms: 7 * 24 * 3_600_000, dry_run: true, notify: true };
    expect(requests[0]?.body).toMatchObject(options);
    expect(text).toContain("Events to append: 7.");
  });

  it("repeats a part that failed", async () => {
    const { exit, requests } = await reconcile([failing, part([anOrg()])]);
    expect(exit).toBe(exitCodes.done);
    expect(requests).toHaveLength(2);
  });

  it("ends with the error when a part fails again and again", async () => {
    const { exit, text, requests } = await reconcile(failing);
    expect(exit).toBe(exitCodes.failed);
    expect(text).toContain("The store is busy.");
    expect(requests).toHaveLength(5);
  });

  it.each([
    ["a damaged log", { outcome: "failed", reason: "The item log#org_a 0 of the ledger is not a valid chunk." }],
    ["unreadable events", { unreadable: 3 }],
  ] as const)("exits as incomplete for %s", async (_, over) => {
    const { exit, text } = await reconcile(part([anOrg(over)]));
    expect(exit).toBe(exitCodes.incomplete);
    expect(text).toContain("org_a");
  });

  it("refuses an age that is not a duration", async () => {
    const { exit, text } = await reconcile(part([]), "--older-than", "yesterday");
    expect(exit).toBe(exitCodes.usage);
    expect(text).toContain("--older-than must be a duration");
  });
});
