import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { AppendStore, IdempotencyRecord } from "#shared/events/append.ts";
import { idempotencyRecordKey, writerIdempotencyRecordKey } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

const keptForSeconds = 30 * 24 * 3600;

/**
 * Idempotency keys in the config table. A pin is written before its event: a crash between the two leaves a pin
 * without an event, and the next attempt finds the pin and writes the event under it.
 */
export function createIdempotencyStore(client: DynamoDBDocumentClient, table: string): Pick<AppendStore, "claimKey"> {
  return {
    async claimKey(orgId, key, pin, { now, isOwn }) {
      const { writer, ...identity } = pin;
      const itemKey =
        isOwn && writer !== null ? writerIdempotencyRecordKey(orgId, key, writer) : idempotencyRecordKey(orgId, key);
      const expires_at_seconds = Math.floor(now.getTime() / 1000) + keptForSeconds;
      try {
        await mapTransientErrors(
          client.send(
            new PutCommand({
              TableName: table,
              Item: { ...itemKey, ...identity, ...(writer === null ? {} : { writer }), expires_at_seconds },
              ConditionExpression: "attribute_not_exists(pk)",
              ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            }),
          ),
        );
        return pin;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item)
          return parseRecordItem(unmarshall(error.Item));
        throw error;
      }
    },
  };
}

function parseRecordItem(item: Record<string, unknown>): IdempotencyRecord {
  const { event_id, occurred_at, entity_id, writer = null } = item;
  if (writer !== null && typeof writer !== "string") throw new Error(`Pin ${String(item.pk)} is damaged.`);
  if (typeof event_id !== "string" || typeof occurred_at !== "string" || typeof entity_id !== "string") {
    throw new Error(`Pin ${String(item.pk)} is damaged.`);
  }
  return { event_id, occurred_at, entity_id, writer };
}
