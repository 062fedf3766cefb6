import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { AdminStore } from "../access/admin.ts";
import type { Token } from "../access/caller.ts";
import type { Org } from "../access/org.ts";
import { ActivityError } from "../events/errors.ts";
import { calling } from "./faults.ts";
import { orgKey, orgTokenKey, orgTokenPrefix, slugKey, tokenKey } from "./keys.ts";
import { fromTokenItem, toTokenItem } from "./token-item.ts";

/** Organisations and tokens in the config table. */
export function adminStore(client: DynamoDBDocumentClient, table: string): AdminStore {
  const absent = "attribute_not_exists(pk)";

  const pages = async <T>(
    index: string | undefined,
    condition: string,
    values: Record<string, string>,
    read: (item: Record<string, unknown>) => T,
  ) => {
    const found: T[] = [];
    const query = {
      TableName: table,
      IndexName: index,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: values,
    };
    const pager = paginateQuery({ client }, query);
    for (;;) {
      const page = await calling(pager.next());
      if (page.done === true) return found;
      for (const item of page.value.Items ?? []) found.push(read(item));
    }
  };

  return {
    async createOrg(org) {
      const { slug, ...rest } = org;
      const profile = { ...orgKey(org.org_id), kind: "org", ...rest, ...(slug === null ? {} : { slug }) };
      const puts = [{ Put: { TableName: table, Item: profile, ConditionExpression: absent } }];
      if (slug !== null) {
        const item = { ...slugKey(slug), kind: "slug", org_id: org.org_id, name: org.name, created_at: org.created_at };
        puts.push({ Put: { TableName: table, Item: item, ConditionExpression: absent } });
      }
      const [taken, slugTaken] = await refusedItems(client.send(new TransactWriteCommand({ TransactItems: puts })));
      if (taken)
        throw new ActivityError("conflict", `The organisation ${org.org_id} exists already.`, { field: "org_id" });
      if (slugTaken) throw new ActivityError("conflict", `The slug ${slug} is taken.`, { field: "slug" });
    },

    listOrgs: () => pages("by_kind", "kind = :kind", { ":kind": "org" }, fromOrgItem),

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
      const values = { ":pk": orgKey(orgId).pk, ":prefix": orgTokenPrefix };
      const ids = await pages(undefined, "pk = :pk AND begins_with(sk, :prefix)", values, (item) =>
        String(item.sk).slice(orgTokenPrefix.length),
      );
      const tokens: Token[] = [];
      for (let at = 0; at < ids.length; at += 100) tokens.push(...(await tokensOf(ids.slice(at, at + 100))));
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

  async function tokensOf(ids: readonly string[]): Promise<Token[]> {
    const tokens: Token[] = [];
    let wanted: Record<string, unknown>[] = ids.map(tokenKey);
    while (wanted.length > 0) {
      const answer = await calling(client.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted } } })));
      for (const item of answer.Responses?.[table] ?? []) tokens.push(fromTokenItem(item));
      wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
    return tokens;
  }
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
