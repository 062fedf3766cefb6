import { describe, expect, it } from "vitest";
import { stages } from "#infra/config.ts";
import { waitLeaseMs } from "#shared/ledger/feed/wait-leases.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { plainId, templateOf } from "#test/support/infra/template.ts";

function changeFeedOf(stage: "dev" | "prod") {
  const functions = Object.entries(templateOf(stage).findResources("AWS::Lambda::Function"));
  const [, found] = functions.find(([id]) => plainId(id) === "ChangeFeedFunction") ?? [];
  const maxWaits = Number(found?.Properties.Environment.Variables[envVars.changeWaits]);
  return { maxWaits, timeoutMs: found?.Properties.Timeout * 1_000 };
}

describe("ChangeFeed", () => {
  it("leaves most instances for requests that do not wait", () => {
    const { maxWaits } = changeFeedOf("prod");
    expect(maxWaits).toBe(28);
    expect(maxWaits).toBeLessThan((stages.prod.reserved?.api ?? 0) / 2);
    expect(changeFeedOf("dev").maxWaits).toBe(4);
  });

  it("ends a request before its lease for waiting ends", () => {
    expect(changeFeedOf("prod").timeoutMs).toBeLessThan(waitLeaseMs);
  });
});
