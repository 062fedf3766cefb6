import { expect, it } from "vitest";
import { aToken } from "#test/support/builders.ts";
import { runCommand } from "./run-command.ts";

const route = "POST /2015-03-31/functions/access/invocations";

it("token list marks the organisations that have revoked a token, which a stack of an earlier release does not have", async () => {
  const revoked_orgs = { org_b: "2026-05-01T00:00:00.000Z" };
  const { hash: _, client_id: __, ...token } = aToken({ org_ids: ["org_a", "org_b"], revoked_orgs });
  const { revoked_orgs: ___, ...earlier } = token;
  const { text } = await runCommand(
    { [route]: { body: { tokens: [token, earlier] } } },
    "token",
    "list",
    "--org",
    "org_a",
  );
  expect(text.split("\n").slice(1)).toEqual([
    expect.stringMatching(/ active .* org_a org_b \(revoked\) /),
    expect.stringMatching(/ active .* org_a org_b +AIBooks/),
  ]);
});
