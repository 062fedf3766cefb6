import { type Org, orgDefaults } from "#shared/auth/orgs/org.ts";
import { parseShardSetting } from "#shared/events/dynamodb/shard-settings-store.ts";
import { orgKey } from "#shared/platform/dynamodb/keys.ts";

/** An organisation as an item of the config table. Absence is the absence of the attribute. */
export function toOrgItem(org: Org): Record<string, unknown> {
  const item: Record<string, unknown> = { ...orgKey(org.org_id) };
  for (const [field, value] of Object.entries(org)) if (value !== null) item[field] = value;
  return item;
}

/** The organisation of an item. Throws, naming the item's key, where the item is damaged. */
export function fromOrgItem(item: Record<string, unknown>): Org {
  const optional = (field: string): string | null => {
    const value = item[field];
    if (value === undefined) return null;
    if (typeof value !== "string") throw new Error(`Item ${String(item.pk)} has no valid ${field}.`);
    return value;
  };
  const required = (field: string): string => {
    const value = optional(field);
    if (value === null) throw new Error(`Item ${String(item.pk)} has no ${field}.`);
    return value;
  };
  const shards = item.shards === undefined ? null : parseShardSetting(item.shards);
  if (shards === null && item.shards !== undefined) throw new Error(`Item ${String(item.pk)} has no valid shards.`);
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
