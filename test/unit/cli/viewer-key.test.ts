import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { testNow } from "#test/support/builders.ts";
import { runCommand } from "./run-command.ts";

const route = "POST /2015-03-31/functions/access/invocations";
const key_id = "0123456789abcdef";

const revoke = (signing_key_id: string | null, id = key_id) => {
  const viewer_key = { key_id, rejected_from: testNow.toISOString(), signing_key_id };
  return runCommand({ [route]: { body: { viewer_key } } }, "viewer-key", "revoke", id);
};

describe("viewer-key revoke", () => {
  it("reports from when tokens are rejected, and which key signs then", async () => {
    const { text, requests } = await revoke("fedcba9876543210");
    expect(requests.map(({ body }) => body)).toEqual([{ action: "viewer-key.revoke", viewer_key_id: key_id }]);
    expect(text).toContain(`rejected from ${testNow.toISOString()} on. Key fedcba9876543210 signs`);
  });

  it("reports that viewer tokens are disabled when no key remains", async () => {
    expect((await revoke(null)).text).toContain("disabled now. Enable them with viewer-key rotate.");
  });

  it("refuses what is not the id of a key, without a request", async () => {
    const { exit, requests } = await revoke(null, "vwt_1");
    expect([exit, requests]).toEqual([exitCodes.usage, []]);
  });
});
