import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { aToken, testNow } from "#test/support/builders.ts";
import { runCommand } from "./run-command.ts";

const route = "POST /2015-03-31/functions/access/invocations";

const { hash: _, client_id: __, ...token } = aToken({ revoked_at: testNow.toISOString() });

const endpoint = {
  ...{ org_id: "org_a", endpoint_id: "wh_1", origin: "https://hooks.example.com" },
  ...{ relation: "created", status: "enabled" },
};

const revoke = (endpoints: readonly (typeof endpoint)[], ...flags: string[]) =>
  runCommand({ [route]: { body: { token, endpoints } } }, "token", "revoke", token.token_id, ...flags);

describe("token revoke --with-endpoints", () => {
  const unknown = { ...endpoint, endpoint_id: "wh_2", relation: "unknown" };
  const disabled = { ...endpoint, status: "disabled" };

  it("requests the endpoints of the token, and shows each with its state", async () => {
    const { text, exit, requests } = await revoke([disabled, unknown], "--with-endpoints");
    expect(exit).toBe(exitCodes.done);
    expect(requests.map(({ body }) => body)).toEqual([
      { action: "token.revoke", token_id: token.token_id, with_endpoints: true },
    ]);
    expect(text.split("\n")).toEqual([
      `Revoked ${token.token_id} at ${testNow.toISOString()}. Access tokens of a client are revoked with it.`,
      expect.stringMatching(/^ENDPOINT +STATE +BY THIS TOKEN +ORG +ADDRESS$/),
      expect.stringMatching(/^wh_1 +disabled +created +org_a +https:\/\/hooks\.example\.com$/),
      expect.stringMatching(/^wh_2 +enabled +unknown +org_a +https:\/\/hooks\.example\.com$/),
      "unknown: created before tokens were recorded. Ask the owner, or see their events.",
    ]);
  });

  it("prints the token and its endpoints as JSON", async () => {
    const { json } = await revoke([disabled, unknown], "--with-endpoints", "--json");
    expect(json).toEqual({ token, endpoints: [disabled, unknown] });
  });

  it("reports that the token has no endpoints", async () => {
    const { text, json } = await revoke([], "--with-endpoints");
    expect(text.split("\n").slice(1)).toEqual(["It created and changed no webhook endpoints."]);
    expect(json).toEqual({ token, endpoints: [] });
  });

  it("is suggested by the command without it when an endpoint of the token is still enabled", async () => {
    const { text, requests } = await revoke([endpoint]);
    expect(requests.map(({ body }) => body)).toMatchObject([{ with_endpoints: false }]);
    expect(text).toContain("Disable them with --with-endpoints.");
  });
});
