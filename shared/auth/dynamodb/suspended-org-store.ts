import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SuspendedOrgReader } from "#shared/auth/orgs/suspended-orgs.ts";
import { suspendedOrgPrefix, suspendedOrgsPartition } from "#shared/platform/dynamodb/keys.ts";
import { queryAll } from "#shared/platform/dynamodb/operations.ts";

/** The list of suspended organisations, in the config table. */
export function createSuspendedOrgReader(client: DynamoDBClient, table: string): SuspendedOrgReader {
  return {
    async list() {
      const items = await queryAll(client, table, { pk: suspendedOrgsPartition, prefix: suspendedOrgPrefix });
      return new Set(items.map(({ sk }) => (sk?.S ?? "").slice(suspendedOrgPrefix.length)));
    },
  };
}
