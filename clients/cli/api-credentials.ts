import type { ApiAccess } from "./activity-api.ts";
import type { Given, Option } from "./command.ts";
import type { Session } from "./command-context.ts";
import { CliError } from "./command-result.ts";
import { findTarget } from "./stack.ts";

/** The options of every verb that asks the public API. */
export const accessOptions = {
  org: { value: "ORG", help: "the organisation, for a token of several" },
  token: { value: "TOKEN", help: "the token; better in ACTIVITY_TOKEN, where no process list shows it" },
} satisfies Record<string, Option>;

/** Finds the stack's API and the token to ask it with; the local stack lends its own. Throws `CliError`. */
export async function findAccess(
  given: Pick<Given<keyof typeof accessOptions | "stack">, "text">,
  session: Session,
): Promise<ApiAccess> {
  const { api, demo } = await findTarget(session.cwd, given.text("stack"));
  const token = given.text("token") ?? session.token;
  if (token !== undefined) return { api, token, org: given.text("org") };
  if (demo !== null) return { api, token: demo.token, org: given.text("org") ?? demo.org_id };
  throw new CliError("usage", "The API takes a token: give it in ACTIVITY_TOKEN, or issue one with token create.");
}
