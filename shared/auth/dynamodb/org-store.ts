import { type DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import { ActivityError } from "#shared/errors.ts";
import { toShardedOrgItem } from "#shared/events/dynamodb/shard-settings-store.ts";
import { raiseShardCount } from "#shared/events/shards/shards.ts";
import { itemsOf, listedKeys, refusedItems } from "#shared/platform/dynamodb/batch-reads.ts";
import {
  listedOrgKey,
  listedOrgPrefix,
  orgKey,
  orgsPartition,
  slugKey,
  suspendedOrgKey,
} from "#shared/platform/dynamodb/keys.ts";
import { fromOrgItem, toOrgItem } from "./org-item.ts";

/** Organisations in the config table, as administrators manage them. */
export function createOrgAdminStore(
  client: DynamoDBDocumentClient,
  table: string,
): Pick<AdminStore, "createOrg" | "updateOrg" | "suspendOrg" | "listOrgs"> {
  const absent = "attribute_not_exists(pk)";
  const put = (Item: Record<string, unknown>) => ({ Put: { TableName: table, Item, ConditionExpression: absent } });
  const slugTaken = (slug: string) => new ActivityError("conflict", `The slug ${slug} is taken.`, { field: "slug" });

  return {
    async createOrg(org) {
      const { org_id, slug } = org;
      const items = [toOrgItem(org), listedOrgKey(org_id), ...(slug === null ? [] : [{ ...slugKey(slug), org_id }])];
      const [taken, , refusedSlug] = await refusedItems(
        client.send(new TransactWriteCommand({ TransactItems: items.map(put) })),
      );
      if (taken) throw new ActivityError("conflict", `The organisation ${org_id} exists already.`, { field: "org_id" });
      if (refusedSlug && slug !== null) throw slugTaken(slug);
    },

    async updateOrg(orgId, { shards: count, ...settings }, now) {
      const [item] = await itemsOf(client, table, [orgKey(orgId)]);
      if (item === undefined) return null;
      const before = fromOrgItem(item);
      const shards = count === undefined ? before.shards : raiseShardCount(before.shards, count, now);
      const raised = shards === before.shards ? {} : { shards };
      const told = Object.entries({ ...settings, ...raised }).filter(([, value]) => value !== undefined);
      if (told.length === 0) return before;
      const after: Org = { ...before, ...Object.fromEntries(told) };
      const moved = after.slug !== before.slug;
      const listed = shards === before.shards || shards === null ? [] : [toShardedOrgItem(orgId, shards)];
      const [changedMeanwhile, taken] = await refusedItems(
        client.send(
          new TransactWriteCommand({
            TransactItems: [
              { Update: { TableName: table, Key: orgKey(orgId), ...settingOf(told, before) } },
              ...(moved && after.slug !== null ? [put({ ...slugKey(after.slug), org_id: orgId })] : []),
              ...(moved && before.slug !== null ? [{ Delete: { TableName: table, Key: slugKey(before.slug) } }] : []),
              ...listed.map((Item) => ({ Put: { TableName: table, Item } })),
            ],
          }),
        ),
      );
      if (taken && after.slug !== null) throw slugTaken(after.slug);
      if (changedMeanwhile)
        throw new ActivityError("unavailable", "The organisation was changed meanwhile.", { retryAfter: 1 });
      return after;
    },

    async suspendOrg(orgId, at) {
      const isMissing = await refusedItems(
        client.send(new TransactWriteCommand({ TransactItems: suspension(table, orgId, at) })),
      );
      if (isMissing.some(Boolean)) return null;
      const [item] = await itemsOf(client, table, [orgKey(orgId)]);
      return item === undefined ? null : fromOrgItem(item);
    },

    async listOrgs() {
      const ids = await listedKeys(client, table, { pk: orgsPartition, prefix: listedOrgPrefix });
      const orgs = (await itemsOf(client, table, ids.map(orgKey))).map(fromOrgItem);
      return orgs.sort((left, right) => (left.org_id < right.org_id ? -1 : 1));
    },
  };
}

/** Sets what changes and nothing else. The slug and the shards must still be those that were read. */
function settingOf(fields: readonly [string, unknown][], { slug, shards }: Pick<Org, "slug" | "shards">) {
  const read = Object.entries({ slug, shards });
  const conditions = read.map(([field, value]) =>
    value === null ? `attribute_not_exists(#${field})` : `#${field} = :${field}Read`,
  );
  const valuesRead = read.filter(([, value]) => value !== null).map(([field, value]) => [`:${field}Read`, value]);
  return {
    ConditionExpression: ["attribute_exists(pk)", ...conditions].join(" AND "),
    UpdateExpression: `SET ${fields.map(([field]) => `#${field} = :${field}`).join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries([...read, ...fields].map(([field]) => [`#${field}`, field])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(fields.map(([field, value]) => [`:${field}`, value])),
      ...Object.fromEntries(valuesRead),
    },
  };
}

/** The profile says it to administrators, the list to every function: both or neither. */
function suspension(table: string, orgId: string, at: string | null) {
  const profile = { TableName: table, Key: orgKey(orgId), ConditionExpression: "attribute_exists(pk)" };
  if (at === null) {
    const resumed = { ...profile, UpdateExpression: "REMOVE suspended_at" };
    return [{ Update: resumed }, { Delete: { TableName: table, Key: suspendedOrgKey(orgId) } }];
  }
  const UpdateExpression = "SET suspended_at = if_not_exists(suspended_at, :at)";
  const suspended = { ...profile, UpdateExpression, ExpressionAttributeValues: { ":at": at } };
  return [{ Update: suspended }, { Put: { TableName: table, Item: suspendedOrgKey(orgId) } }];
}
