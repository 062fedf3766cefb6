import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { orgKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem } from "#shared/platform/dynamodb/operations.ts";
import { fromOrgItem } from "./org-item.ts";

/** Creates the reader of organisations in the config table. */
export function createOrgReader(client: DynamoDBClient, table: string): OrgReader {
  return { get: (orgId) => getItem(client, table, orgKey(orgId), fromOrgItem) };
}
