import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CliError } from "#clients/cli/command-result.ts";
import type { Target } from "#clients/cli/stack.ts";
import { orgReader } from "#shared/auth/dynamodb/org-reader.ts";

/** Whether a stack's config table has an organisation. Throws `CliError` where the caller may not read it. */
export async function hasOrg({ clientConfig, tables }: Target, orgId: string): Promise<boolean> {
  const client = new DynamoDBClient(clientConfig("dynamodb"));
  try {
    return (await orgReader(client, tables.config).read(orgId)) !== null;
  } catch (cause) {
    throw new CliError(
      "failed",
      `The log has no line of ${orgId} in that time, and whether there is such an organisation cannot be read ` +
        `(dynamodb:GetItem on ${tables.config}): nothing is known.`,
      { cause },
    );
  }
}
