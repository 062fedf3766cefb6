import { marshall } from "@aws-sdk/util-dynamodb";
import { type Org, orgDefaults } from "#shared/auth/orgs/org.ts";
import { parseShardSetting } from "#shared/events/dynamodb/shard-settings-store.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { orgKey } from "#shared/platform/dynamodb/keys.ts";

/** Returns an organisation as an item of the config table, without attributes for `null`. */
export function toOrgItem(org: Org): AttributeMap {
  const fields = Object.entries(org).filter(([, value]) => value !== null);
  return marshall({ ...orgKey(org.org_id), ...Object.fromEntries(fields) });
}

/** Parses an organisation. Throws an error with the item's key if the item is damaged. */
export function fromOrgItem(item: AttributeMap): Org {
  const optional = (field: string): string | null => {
    const attribute = item[field];
    if (attribute === undefined) return null;
    if (attribute.S === undefined) throw new Error(`Item ${item.pk?.S} has no valid ${field}.`);
    return attribute.S;
  };
  const required = (field: string): string => {
    const value = optional(field);
    if (value === null) throw new Error(`Item ${item.pk?.S} has no ${field}.`);
    return value;
  };
  const shards = item.shards === undefined ? null : parseShardSetting(item.shards.M ?? {});
  if (shards === null && item.shards !== undefined) throw new Error(`Item ${item.pk?.S} has no valid shards.`);
  return {
    org_id: required("org_id"),
    name: required("name"),
    slug: optional("slug"),
    account_number: optional("account_number"),
    time_zone: optional("time_zone") ?? orgDefaults.time_zone,
    robot_name: optional("robot_name") ?? orgDefaults.robot_name,
    shards,
    created_at: required("created_at"),
    suspended_at: optional("suspended_at"),
  };
}
