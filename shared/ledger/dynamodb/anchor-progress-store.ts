import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { AnchorProgress } from "#shared/ledger/anchors/ports.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { anchorProgressKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

export type AnchorProgressTables = {
  /** The config table. */
  readonly table: string;
  readonly ledgerTable: string;
};

/** Creates the store of how many rounds are outside, in the config table. Another ledger begins anew. */
export function createAnchorProgressStore(
  client: DynamoDBClient,
  { table, ledgerTable }: AnchorProgressTables,
): AnchorProgress {
  return {
    async get(store) {
      const parse = (item: { rounds?: { N?: string } }) => Number(item.rounds?.N);
      const rounds = (await getItem(client, table, anchorProgressKey(ledgerTable, store), parse)) ?? 0;
      if (Number.isSafeInteger(rounds)) return rounds;
      throw new Error(`The number of rounds in ${store} is damaged.`);
    },

    async put(store, rounds) {
      const request = new PutItemCommand({
        TableName: table,
        Item: { ...toStringAttributes(anchorProgressKey(ledgerTable, store)), rounds: { N: String(rounds) } },
        ConditionExpression: "attribute_not_exists(pk) OR rounds < :rounds",
        ExpressionAttributeValues: { ":rounds": { N: String(rounds) } },
      });
      try {
        await mapTransientErrors(client.send(request));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
