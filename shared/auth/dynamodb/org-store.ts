import type { DynamoDBClient, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import { ActivityError } from "#shared/errors.ts";
import { toShardedOrgItem } from "#shared/events/dynamodb/shard-settings-store.ts";
import { increaseShardCount } from "#shared/events/shards/shards.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import {
  listedOrgKey,
  listedOrgPrefix,
  orgKey,
  orgsPartition,
  slugKey,
  suspendedOrgKey,
} from "#shared/platform/dynamodb/keys.ts";
import { batchGet, getItem, listSuffixes } from "#shared/platform/dynamodb/operations.ts";
import { transact } from "#shared/platform/dynamodb/transaction.ts";
import { fromOrgItem, toOrgItem } from "./org-item.ts";

/** Creates the store of organisations in the config table, as administrators manage them. */
export function createOrgAdminStore(
  client: DynamoDBClient,
  table: string,
): Pick<AdminStore, "createOrg" | "updateOrg" | "suspendOrg" | "listOrgs"> {
  const get = (orgId: string) => getItem(client, table, orgKey(orgId), fromOrgItem);
  const putNew = (Item: AttributeMap): TransactWriteItem => ({
    Put: { TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" },
  });
  const putSlug = (slug: string, org_id: string) => putNew(toStringAttributes({ ...slugKey(slug), org_id }));
  const slugTaken = (slug: string) => new ActivityError("conflict", `The slug ${slug} is taken.`, { field: "slug" });

  return {
    async createOrg(org) {
      const { org_id, slug } = org;
      const [exists, , isSlugTaken] = await transact(client, () => [
        putNew(toOrgItem(org)),
        putNew(toStringAttributes(listedOrgKey(org_id))),
        ...(slug === null ? [] : [putSlug(slug, org_id)]),
      ]);
      if (exists)
        throw new ActivityError("conflict", `The organisation ${org_id} exists already.`, { field: "org_id" });
      if (isSlugTaken && slug !== null) throw slugTaken(slug);
    },

    async updateOrg(orgId, { shards: count, ...settings }, now) {
      const before = await get(orgId);
      if (before === null) return null;
      const shards = count === undefined ? before.shards : increaseShardCount(before.shards, count, now);
      const isRaised = shards !== before.shards;
      const changes = { ...settings, ...(isRaised && { shards }) };
      const changed = Object.entries(changes).filter(([, value]) => value !== undefined);
      if (changed.length === 0) return before;
      const after: Org = { ...before, ...Object.fromEntries(changed) };
      const isMoved = after.slug !== before.slug;
      const [isStale, isSlugTaken] = await transact(client, () => [
        { Update: { TableName: table, Key: toStringAttributes(orgKey(orgId)), ...buildUpdate(changed, before) } },
        ...(isMoved && after.slug !== null ? [putSlug(after.slug, orgId)] : []),
        ...(isMoved && before.slug !== null ? [deleteItem(table, slugKey(before.slug))] : []),
        ...(isRaised && shards !== null ? [{ Put: { TableName: table, Item: toShardedOrgItem(orgId, shards) } }] : []),
      ]);
      if (isSlugTaken && after.slug !== null) throw slugTaken(after.slug);
      if (isStale) throw new ActivityError("unavailable", "The organisation was changed meanwhile.", { retryAfter: 1 });
      return after;
    },

    async suspendOrg(orgId, at) {
      const refused = await transact(client, () => suspension(table, orgId, at));
      return refused.some(Boolean) ? null : get(orgId);
    },

    async listOrgs() {
      const ids = await listSuffixes(client, table, { pk: orgsPartition, prefix: listedOrgPrefix });
      const orgs = (await batchGet(client, table, ids.map(orgKey))).map(fromOrgItem);
      return orgs.sort((left, right) => (left.org_id < right.org_id ? -1 : 1));
    },
  };
}

/** Builds an update of only the changed fields, which fails if the slug or the shards are not those that were read. */
function buildUpdate(changed: readonly [string, unknown][], { slug, shards }: Pick<Org, "slug" | "shards">) {
  const read = Object.entries({ slug, shards });
  const conditions = read.map(([field, value]) =>
    value === null ? `attribute_not_exists(#${field})` : `#${field} = :${field}Read`,
  );
  const readValues = read.filter(([, value]) => value !== null).map(([field, value]) => [`:${field}Read`, value]);
  return {
    ConditionExpression: ["attribute_exists(pk)", ...conditions].join(" AND "),
    UpdateExpression: `SET ${changed.map(([field]) => `#${field} = :${field}`).join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries([...read, ...changed].map(([field]) => [`#${field}`, field])),
    ExpressionAttributeValues: marshall({
      ...Object.fromEntries(changed.map(([field, value]) => [`:${field}`, value])),
      ...Object.fromEntries(readValues),
    }),
  };
}

/** Suspends or resumes an organisation in its own item, for administrators, and in the list that every function reads. */
function suspension(table: string, orgId: string, at: string | null): TransactWriteItem[] {
  const key = suspendedOrgKey(orgId);
  const update = {
    TableName: table,
    Key: toStringAttributes(orgKey(orgId)),
    ConditionExpression: "attribute_exists(pk)",
  };
  if (at === null) {
    return [{ Update: { ...update, UpdateExpression: "REMOVE suspended_at" } }, deleteItem(table, key)];
  }
  const UpdateExpression = "SET suspended_at = if_not_exists(suspended_at, :at)";
  const ExpressionAttributeValues = toStringAttributes({ ":at": at });
  return [
    { Update: { ...update, UpdateExpression, ExpressionAttributeValues } },
    { Put: { TableName: table, Item: toStringAttributes(key) } },
  ];
}

function deleteItem(table: string, key: Readonly<Record<string, string>>): TransactWriteItem {
  return { Delete: { TableName: table, Key: toStringAttributes(key) } };
}
