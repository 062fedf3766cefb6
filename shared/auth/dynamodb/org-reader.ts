import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { orgKey } from "#shared/platform/dynamodb/keys.ts";
import { fromOrgItem } from "./org-item.ts";

/** Single organisations in the config table. */
export function createOrgReader(client: DynamoDBClient, table: string): OrgReader {
  return { get: (orgId) => getItem(client, table, orgKey(orgId), (item) => fromOrgItem(unmarshall(item))) };
}
