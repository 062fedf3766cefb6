import { expect, it } from "vitest";
import { CliError } from "#clients/cli/command-result.ts";
import { formatError } from "#clients/cli/format-error.ts";

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

it.each([
  [new CliError("usage", "Say what to do."), 2, /^Say what to do\.$/],
  [new CliError("failed", "No."), 1, /^No\.$/],
  [
    new TypeError("fetch failed", { cause: new Error("inner", { cause: refused }) }),
    1,
    /does not respond \(ECONNREFUSED\).*npm start/,
  ],
  [named("CredentialsProviderError", "Could not load credentials from any providers"), 1, /AWS_PROFILE/],
  [new Error("Region is missing"), 1, /AWS_REGION/],
  [named("AccessDeniedException", "User x is not authorized"), 1, /^AccessDeniedException: User x is not authorized$/],
  ["odd", 1, /odd/],
])("formatError says what to do about %s", (error, exit, message) => {
  expect(formatError(error)).toMatchObject({ exit, message: expect.stringMatching(message) });
});
