import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import { mapTransientErrors } from "./transient-errors.ts";

/** The rest of every sort key in a partition that begins with the prefix, as of now. */
export async function listedKeys(
  client: DynamoDBDocumentClient,
  table: string,
  { pk, prefix }: { readonly pk: string; readonly prefix: string },
): Promise<string[]> {
  const found: string[] = [];
  const query = {
    TableName: table,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
    ConsistentRead: true,
  };
  const pager = paginateQuery({ client }, query);
  for (;;) {
    const page = await mapTransientErrors(pager.next());
    if (page.done === true) return found;
    for (const item of page.value.Items ?? []) found.push(String(item.sk).slice(prefix.length));
  }
}

/** The items of these keys that there are, in no order, as of now. */
export async function itemsOf(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Record<string, string>[],
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let at = 0; at < keys.length; at += 100) {
    let wanted: Record<string, unknown>[] = keys.slice(at, at + 100);
    while (wanted.length > 0) {
      const answer = await mapTransientErrors(
        client.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } })),
      );
      items.push(...(answer.Responses?.[table] ?? []));
      wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
  }
  return items;
}

/** For each item of a transaction, whether its condition refused it; all `false` where the transaction went through. */
export async function refusedItems(transaction: Promise<unknown>): Promise<boolean[]> {
  try {
    await mapTransientErrors(transaction);
    return [];
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = (error.CancellationReasons ?? []).map((reason) => reason.Code);
    if (reasons.includes("ConditionalCheckFailed")) return reasons.map((reason) => reason === "ConditionalCheckFailed");
    throw new ActivityError("unavailable", "The store is busy.", { retryAfter: 1, cause: error });
  }
}
