import { beforeEach, describe, expect, it } from "vitest";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import { createAdminHandler } from "#shared/auth/aws/admin-handler.ts";
import { ActivityError } from "#shared/errors.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { noEndpoints } from "#test/support/api/token-endpoints.ts";
import { anOrg, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";
import { memoryViewerKeys } from "#test/support/memory/viewer-keys.ts";

const quiet: AdminStore = {
  createOrg: async () => undefined,
  updateOrg: async () => null,
  suspendOrg: async () => null,
  listOrgs: async () => [],
  createToken: async () => undefined,
  listTokens: async () => [aToken()],
  revokeToken: async () => null,
};

const handler =
  (over: Partial<AdminStore> = {}) =>
  (event: unknown) =>
    createAdminHandler(() => ({
      store: { ...quiet, ...over },
      endpoints: noEndpoints,
      viewerKeys: memoryViewerKeys(),
      now: testNow,
      random: new Uint8Array(20).fill(7),
    }))(event, buildLambdaContext());

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

describe("createAdminHandler", () => {
  it("returns the result and logs one line", async () => {
    expect(await handler()({ action: "org.list" })).toEqual({ orgs: [] });
    expect(lines).toEqual([
      {
        time: expect.any(String),
        level: "info",
        message: "admin",
        function: "test",
        request_id: buildLambdaContext().awsRequestId,
        action: "org.list",
        outcome: "done",
        count: 0,
        duration_ms: expect.any(Number),
      },
    ]);
  });

  it("logs the shard count of a raise", async () => {
    await handler({ updateOrg: async () => anOrg() })({ action: "org.update", org_id: "org_a", shards: 16 });
    expect(lines).toMatchObject([{ action: "org.update", org_ids: "org_a", outcome: "done", shards: 16 }]);
  });

  it("logs no secret of an issued token", async () => {
    const answer = await handler()({ action: "token.create", org_ids: ["org_a"], scopes: ["AIBooks.activity.READ"] });
    expect(answer).toMatchObject({ secret: aSecret() });
    expect(JSON.stringify(lines)).not.toContain("aibooks_pat_");
  });

  it.each([
    [undefined, undefined],
    [{ action: "org.delete" }, "action"],
    [{ action: "org.create", org_id: "a b" }, "org_id"],
    [{ action: "token.create", org_ids: ["org_a"], scopes: ["all"] }, "scopes.0"],
  ])("rejects a malformed request and names the field: %j", async (event, field) => {
    expect(await handler()(event)).toEqual({
      error: { code: "invalid_value", message: expect.any(String), ...(field === undefined ? {} : { field }) },
    });
    expect(lines).toMatchObject([{ level: "info", outcome: "invalid_value" }]);
  });

  it("returns an error when the request is not possible", async () => {
    const answer = await handler()({ action: "token.revoke", token_id: aToken().token_id });
    expect(answer).toEqual({ error: { code: "not_found", message: `Token ${aToken().token_id} does not exist.` } });
  });

  it("fails the invocation on a defect or when the store is unavailable", async () => {
    for (const fault of [new Error("defect"), new ActivityError("unavailable", "Busy.")]) {
      const listOrgs = () => Promise.reject(fault);
      await expect(handler({ listOrgs })({ action: "org.list" })).rejects.toBe(fault);
    }
    expect(lines).toMatchObject([
      { level: "error", outcome: "failed", error_message: "defect" },
      { level: "error", outcome: "failed", error_message: "Busy." },
    ]);
  });
});
