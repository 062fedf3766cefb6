import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { deriveAccessToken } from "#shared/auth/token-format.ts";
import { aSecret } from "#test/support/builders.ts";
import { findSecrets } from "#test/support/secret-scan.ts";

function scan(logs: Record<string, string>, used: string[] = []): string[] {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-scan-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(logs)) writeFileSync(join(folder, name), text);
  return findSecrets(folder, join(folder, "events.log"), used);
}

it.each([aSecret(), deriveAccessToken(aSecret(), "salt"), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "hunter2"])(
  "the secret scan finds a secret in any log: %s",
  (secret) => {
    for (const name of ["api.log", "events.log"]) {
      expect(scan({ [name]: `{"message":"x ${secret} y"}` }, ["hunter2"])).toEqual([`${name}: ${secret}`]);
    }
  },
);

it("the secret scan finds e-mail addresses outside the events log", () => {
  const logs = { "api.log": '{"to":"priya@acme.in"}', "events.log": '{"actor":{"email":"priya@acme.in"}}' };
  expect(scan(logs)).toEqual(["api.log: priya@acme.in"]);
});

it("the secret scan finds nothing else", () => {
  const quiet = {
    "api.log": `{"token_id":"tok_${"a".repeat(32)}","stack":"at file:///x/index.mjs:1:2","hash":"${"b".repeat(64)}"}`,
  };
  expect(scan(quiet)).toEqual([]);
});
