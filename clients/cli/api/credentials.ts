import type { CommandOption, ParsedArgs } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { findStack } from "#clients/cli/stack/stack.ts";
import type { ApiCredentials } from "./activity-api.ts";

/** The options of every command that calls the public API. */
export const credentialOptions = {
  org: { value: "ORG", help: "the organisation, if the token has several" },
  token: { value: "TOKEN", help: "the API token; ACTIVITY_TOKEN is safer, as process lists do not show it" },
} satisfies Record<string, CommandOption>;

/** Finds the API of the stack and a token; the local stack has a demo token. Throws `CliError` without one. */
export async function findCredentials(
  args: Pick<ParsedArgs<keyof typeof credentialOptions | "stack">, "text">,
  context: CommandContext,
): Promise<ApiCredentials> {
  const { api, demo } = await findStack(context.cwd, args.text("stack"));
  const token = args.text("token") ?? context.token;
  if (token !== undefined) return { api, token, org: args.text("org") };
  if (demo !== null) return { api, token: demo.token, org: args.text("org") ?? demo.org_id };
  throw new CliError("usage", "No API token. Set ACTIVITY_TOKEN, or issue a token with token create.");
}
