import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { AppendStore, IdempotencyRecord } from "#shared/events/append.ts";
import { type AttributeMap, expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { idempotencyRecordKey, writerIdempotencyRecordKey } from "#shared/platform/dynamodb/keys.ts";
import { writeOrGetExisting } from "#shared/platform/dynamodb/operations.ts";

const keptForDays = 30;

/**
 * Creates the store of idempotency keys in the config table. The record of a key is written before its event: after a
 * crash between the two, the next attempt finds the record and writes the event under it.
 */
export function createIdempotencyStore(client: DynamoDBClient, table: string): Pick<AppendStore, "claimKey"> {
  return {
    async claimKey(orgId, key, record, { now, isOwn }) {
      const { event_id, occurred_at, entity_id, writer } = record;
      const itemKey =
        isOwn && writer !== null ? writerIdempotencyRecordKey(orgId, key, writer) : idempotencyRecordKey(orgId, key);
      const { expires_at_seconds } = expiresAfter(now.getTime(), keptForDays);
      const put = {
        TableName: table,
        Item: {
          ...toStringAttributes({ ...itemKey, event_id, occurred_at, entity_id, ...(writer !== null && { writer }) }),
          expires_at_seconds: { N: String(expires_at_seconds) },
        },
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      } as const;
      const result = await writeOrGetExisting(client.send(new PutItemCommand(put)));
      return result.isWritten ? record : parseRecordItem(result.item);
    },
  };
}

function parseRecordItem({ pk, event_id, occurred_at, entity_id, writer }: AttributeMap): IdempotencyRecord {
  const isDamaged = writer !== undefined && writer.S === undefined;
  if (isDamaged || event_id?.S === undefined || occurred_at?.S === undefined || entity_id?.S === undefined) {
    throw new Error(`Idempotency record ${pk?.S} is damaged.`);
  }
  return { event_id: event_id.S, occurred_at: occurred_at.S, entity_id: entity_id.S, writer: writer?.S ?? null };
}
