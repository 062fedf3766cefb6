import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { AdminStore } from "../access/admin.ts";
import type { Org } from "../access/org.ts";
import { ActivityError } from "../events/errors.ts";
import { calling } from "./faults.ts";
import {
  listedOrgKey,
  listedOrgPrefix,
  orgKey,
  orgsPartition,
  orgTokenKey,
  orgTokenPrefix,
  slugKey,
  tokenKey,
} from "./keys.ts";
import { fromTokenItem, toTokenItem } from "./token-item.ts";

/** Organisations and tokens in the config table. */
export function adminStore(client: DynamoDBDocumentClient, table: string): AdminStore {
  const absent = "attribute_not_exists(pk)";

  /** The rest of every sort key in a partition that begins with the prefix. */
  const listed = async (pk: string, prefix: string): Promise<string[]> => {
    const found: string[] = [];
    const query = {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
      ConsistentRead: true,
    };
    const pager = paginateQuery({ client }, query);
    for (;;) {
      const page = await calling(pager.next());
      if (page.done === true) return found;
      for (const item of page.value.Items ?? []) found.push(String(item.sk).slice(prefix.length));
    }
  };

  const itemsOf = async (keys: readonly Record<string, string>[]): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    for (let at = 0; at < keys.length; at += 100) {
      let wanted: Record<string, unknown>[] = keys.slice(at, at + 100);
      while (wanted.length > 0) {
        const answer = await calling(
          client.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } })),
        );
        items.push(...(answer.Responses?.[table] ?? []));
        wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      }
    }
    return items;
  };

  return {
    async createOrg(org) {
      const { org_id, slug, ...rest } = org;
      const profile = { ...orgKey(org_id), org_id, ...rest, ...(slug === null ? {} : { slug }) };
      const items = [profile, ...(slug === null ? [] : [{ ...slugKey(slug), org_id }]), listedOrgKey(org_id)];
      const puts = items.map((Item) => ({ Put: { TableName: table, Item, ConditionExpression: absent } }));
      const [taken, slugTaken] = await refusedItems(client.send(new TransactWriteCommand({ TransactItems: puts })));
      if (taken) {
        throw new ActivityError("conflict", `The organisation ${org.org_id} exists already.`, { field: "org_id" });
      }
      if (slug !== null && slugTaken) {
        throw new ActivityError("conflict", `The slug ${slug} is taken.`, { field: "slug" });
      }
    },

    async listOrgs() {
      const ids = await listed(orgsPartition, listedOrgPrefix);
      const orgs = (await itemsOf(ids.map(orgKey))).map(fromOrgItem);
      return orgs.sort((left, right) => (left.org_id < right.org_id ? -1 : 1));
    },

    async createToken(token) {
      const refused = await refusedItems(
        client.send(
          new TransactWriteCommand({
            TransactItems: [
              ...token.org_ids.map((orgId) => ({
                ConditionCheck: { TableName: table, Key: orgKey(orgId), ConditionExpression: "attribute_exists(pk)" },
              })),
              { Put: { TableName: table, Item: toTokenItem(token), ConditionExpression: absent } },
              ...token.org_ids.map((orgId) => ({
                Put: { TableName: table, Item: orgTokenKey(orgId, token.token_id) },
              })),
            ],
          }),
        ),
      );
      const missing = token.org_ids.filter((_, at) => refused[at]);
      if (missing.length > 0) {
        throw new ActivityError("not_found", `There is no organisation ${missing.join(", ")}: create it first.`, {
          field: "org_ids",
        });
      }
      if (refused.some(Boolean)) throw new ActivityError("conflict", "The token exists already.");
    },

    async listTokens(orgId) {
      const ids = await listed(orgKey(orgId).pk, orgTokenPrefix);
      const tokens = (await itemsOf(ids.map(tokenKey))).map(fromTokenItem);
      return tokens.sort((left, right) => (left.created_at < right.created_at ? 1 : -1));
    },

    async revokeToken(tokenId, at) {
      try {
        const answer = await calling(
          client.send(
            new UpdateCommand({
              TableName: table,
              Key: tokenKey(tokenId),
              ConditionExpression: "attribute_exists(pk)",
              UpdateExpression: "SET revoked_at = if_not_exists(revoked_at, :at)",
              ExpressionAttributeValues: { ":at": at },
              ReturnValues: "ALL_NEW",
            }),
          ),
        );
        return fromTokenItem(answer.Attributes ?? {});
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return null;
        throw error;
      }
    },
  };
}

/** For each item of a transaction, whether its condition refused it; all `false` where the transaction went through. */
async function refusedItems(transaction: Promise<unknown>): Promise<boolean[]> {
  try {
    await calling(transaction);
    return [];
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = (error.CancellationReasons ?? []).map((reason) => reason.Code);
    if (reasons.includes("ConditionalCheckFailed")) return reasons.map((reason) => reason === "ConditionalCheckFailed");
    throw new ActivityError("unavailable", "The store is busy.", { retryAfter: 1, cause: error });
  }
}

function fromOrgItem(item: Record<string, unknown>): Org {
  const { org_id, name, slug = null, created_at } = item;
  if (typeof org_id !== "string" || typeof name !== "string" || typeof created_at !== "string") {
    throw new Error(`Item ${String(item.pk)} is no organisation.`);
  }
  return { org_id, name, slug: typeof slug === "string" ? slug : null, created_at };
}
