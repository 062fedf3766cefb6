import type { ParsedArgs } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import type { CommandOption } from "#clients/cli/command-description.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import type { ApiCredentials } from "./activity-api.ts";

/** The options of every command that calls the public API. */
export const credentialOptions = {
  org: { value: "ORG", help: "the organisation, if the token has several" },
  token: { value: "TOKEN", help: "the API token; ACTIVITY_TOKEN is safer, as process lists do not show it" },
} satisfies Record<string, CommandOption>;

/**
 * Returns the address of the API (that of the stack, or `ACTIVITY_API`) and a token: the given one, or the demo token of a
 * local stack. Throws `CliError` without one, and if the given one would be sent to a stack that is not named.
 */
export async function resolveCredentials(
  args: Pick<ParsedArgs<keyof typeof credentialOptions | "stack">, "text">,
  context: CommandContext,
): Promise<ApiCredentials> {
  const token = args.text("token") ?? context.token;
  const org = args.text("org") ?? context.org;
  const stack = args.text("stack");
  if (stack === undefined && context.api !== undefined) {
    if (!/^https?:\/\/[^@?#]+$/.test(context.api)) {
      throw new CliError("usage", "ACTIVITY_API must be an address such as https://activity.example.com.");
    }
    if (token === undefined) throw createMissingTokenError();
    return { api: context.api, token, org };
  }
  const { api, demo } = await resolveStack(context, stack);
  if (token !== undefined) {
    // A stack file of the working directory may be part of a cloned repository.
    const isStackNamed = stack !== undefined || context.stack !== undefined;
    if (!isStackNamed && token !== demo?.token) throw createUnnamedStackError();
    return { api, token, org };
  }
  if (demo !== null) return { api, token: demo.token, org: org ?? demo.org_id };
  throw createMissingTokenError();
}

function createUnnamedStackError(): CliError {
  return new CliError(
    "usage",
    "The token is not sent to a stack that is not named. Give --stack .local/stack.json, set ACTIVITY_API, or unset ACTIVITY_TOKEN to use the demo token.",
  );
}

function createMissingTokenError(): CliError {
  return new CliError("usage", "No API token. Set ACTIVITY_TOKEN, or issue a token with token create.");
}
