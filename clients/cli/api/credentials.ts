import type { CommandOption, ParsedArgs } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { findStack } from "#clients/cli/stack/stack.ts";
import type { ApiCredentials } from "./activity-api.ts";

/** The options of every command that calls the public API. */
export const credentialOptions = {
  org: { value: "ORG", help: "the organisation, for a token of several" },
  token: { value: "TOKEN", help: "the token; better in ACTIVITY_TOKEN, where no process list shows it" },
} satisfies Record<string, CommandOption>;

/** Finds the stack's API and the token to ask it with; the local stack lends its own. Throws `CliError`. */
export async function findCredentials(
  args: Pick<ParsedArgs<keyof typeof credentialOptions | "stack">, "text">,
  context: CommandContext,
): Promise<ApiCredentials> {
  const { api, demo } = await findStack(context.cwd, args.text("stack"));
  const token = args.text("token") ?? context.token;
  if (token !== undefined) return { api, token, org: args.text("org") };
  if (demo !== null) return { api, token: demo.token, org: args.text("org") ?? demo.org_id };
  throw new CliError("usage", "The API takes a token: give it in ACTIVITY_TOKEN, or issue one with token create.");
}
