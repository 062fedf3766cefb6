import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { ReconcileRunStore, RunKey } from "#shared/ledger/reconcile/reconcile-run.ts";
import { expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { reconcileRunKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { fromStoredFields, storedRunSchema, toStoredFields } from "./run-item.ts";

const keptForDays = 2;

export type ReconcileRunStoreOptions = {
  /** The config table. */
  readonly table: string;
  /** The ledger whose logs are compared. A run says nothing about another ledger. */
  readonly ledgerTable: string;
  readonly now: () => Date;
};

/** Creates the store of runs that are not finished: one item in the config table for each. */
export function createReconcileRunStore(
  client: DynamoDBClient,
  { table, ledgerTable, now }: ReconcileRunStoreOptions,
): ReconcileRunStore {
  const keyOf = ({ log, isDryRun }: RunKey) => reconcileRunKey(ledgerTable, log, isDryRun);
  return {
    get: (key) =>
      getItem(client, table, keyOf(key), (item) => {
        const stored = parseItem(storedRunSchema, item);
        return { run: fromStoredFields(stored), version: stored.version };
      }),

    async put(key, { run, version }) {
      const isFirst = version === 1;
      const put = new PutItemCommand({
        TableName: table,
        Item: marshall({
          ...keyOf(key),
          ...toStoredFields(run, version),
          ...expiresAfter(now().getTime(), keptForDays),
        }),
        ConditionExpression: isFirst ? "attribute_not_exists(pk)" : "version = :before",
        ...(!isFirst && { ExpressionAttributeValues: { ":before": { N: String(version - 1) } } }),
      });
      const { isWritten } = await writeConditionally(client.send(put));
      return isWritten;
    },

    async delete(key, version) {
      const request = new DeleteItemCommand({
        TableName: table,
        Key: toStringAttributes(keyOf(key)),
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": { N: String(version) } },
      });
      await writeConditionally(client.send(request));
    },
  };
}
