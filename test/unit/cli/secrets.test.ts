import { describe, expect, it } from "vitest";
import { aToken } from "#test/support/builders.ts";
import type { CannedResponse } from "./fake-api.ts";
import { runCommand } from "./run-command.ts";

const { hash: _, ...token } = aToken();
const client = { client_id: token.token_id, org_id: "org_a", slug: "first" };

const create = (body: object, ...args: string[]) => {
  const answer: CannedResponse = { body };
  return runCommand({ "POST /2015-03-31/functions/access/invocations": answer }, ...args);
};

describe("command that issues a secret", () => {
  it.each([
    [["token", "create", "--org", "org_a", "--scope", "AIBooks.activity.READ"], { token, secret: "the-secret" }],
    [["key", "create", "--org", "org_a"], { token, secret: "the-secret" }],
    [["client", "create", "--org", "org_a"], { client, secret: "the-secret" }],
  ])("%j prints only the secret to stdout, and how to revoke it to stderr", async (args, body) => {
    const { text, stderr, json } = await create(body, ...args);
    expect({ text, json }).toEqual({ text: "the-secret", json: expect.objectContaining({ secret: "the-secret" }) });
    expect(stderr).toContain(token.token_id);
    expect(stderr).toMatch(/not shown again/);
    expect(stderr).not.toContain("the-secret");
  });

  it("for an API client also prints the account's slug to stderr", async () => {
    const { stderr } = await create({ client, secret: "s" }, "client", "create", "--org", "org_a");
    expect(stderr).toMatch(/^Account slug +first$/m);
  });
});
