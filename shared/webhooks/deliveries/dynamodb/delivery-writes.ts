import { type DynamoDBClient, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { deliveryKey } from "#shared/platform/dynamodb/keys.ts";
import { writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import type { DeliveryAttempt } from "#shared/webhooks/deliveries/delivery.ts";
import { type Delivery, type DeliveryStore, newDelivery } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import { toAttemptItem } from "./attempt-item.ts";

/** Creates the writes of deliveries and their attempts. */
export function createDeliveryWrites(
  client: DynamoDBClient,
  table: string,
): Pick<DeliveryStore, "create" | "recordScheduled" | "record"> {
  const create: DeliveryStore["create"] = async (message, now, next_attempt_at) => {
    const delivery = newDelivery(message, now, next_attempt_at);
    const item = {
      ...deliveryKey(message.endpoint_id, message.delivery_id),
      ...delivery,
      undelivered: delivery.status,
      ...expiresAfter(now.getTime(), deliveryRetentionDays),
    };
    const put = { TableName: table, Item: marshall(item), ConditionExpression: "attribute_not_exists(pk)" };
    return (await writeConditionally(client.send(new PutItemCommand(put)))).isWritten;
  };

  return {
    create,

    async recordScheduled(message, now, next_attempt_at) {
      if (await create(message, now, next_attempt_at)) return;
      const { endpoint_id, delivery_id, cycle, step } = message;
      const update = {
        TableName: table,
        Key: toStringAttributes(deliveryKey(endpoint_id, delivery_id)),
        ConditionExpression:
          "#status = :pending AND #cycle = :cycle AND #step = :step AND attribute_not_exists(lease_until)",
        UpdateExpression: "SET next_attempt_at = :at",
        ExpressionAttributeNames: { "#status": "status", "#cycle": "cycle", "#step": "step" },
        ExpressionAttributeValues: marshall({
          ":pending": "pending",
          ":cycle": cycle,
          ":step": step,
          ":at": next_attempt_at,
        }),
      };
      await writeConditionally(client.send(new UpdateItemCommand(update)));
    },

    async record(delivery, attempt) {
      const storeAttempt = async (made: DeliveryAttempt) =>
        mapTransientErrors(client.send(new PutItemCommand({ TableName: table, Item: toAttemptItem(delivery, made) })));
      await Promise.all([
        attempt === null ? undefined : storeAttempt(attempt),
        writeConditionally(client.send(new UpdateItemCommand({ TableName: table, ...updateOf(delivery, attempt) }))),
      ]);
    },
  };
}

/**
 * Builds the update of a delivery after an attempt. A success is recorded however late, unless a new cycle has begun.
 * Any other state applies only to a pending delivery that no later claim, counted by `attempts`, has taken over.
 */
function updateOf(delivery: Delivery, attempt: DeliveryAttempt | null) {
  const { endpoint_id, delivery_id, status, cycle, step, attempts } = delivery;
  const { reason, last_attempt_at, last_status, last_error, last_duration_ms, next_attempt_at } = delivery;
  const isDone = status === "succeeded";
  const sets = [
    "#status = :status, #step = :step, reason = :reason, last_attempt_at = :last_attempt_at",
    "last_status = :last_status, last_error = :last_error, last_duration_ms = :last_duration_ms",
    "next_attempt_at = :next_attempt_at",
    ...(isDone ? [] : ["attempts = :attempts, undelivered = :status"]),
  ];
  const values = { ":status": status, ":cycle": cycle, ":step": step, ":reason": reason };
  const results = {
    ":last_attempt_at": last_attempt_at,
    ":last_status": last_status,
    ":last_error": last_error,
    ":last_duration_ms": last_duration_ms,
    ":next_attempt_at": next_attempt_at,
  };
  // A claim that sent nothing is undone: the delivery then counts one attempt less than the claim did.
  const fence = {
    ":pending": "pending",
    ":attempts": attempts,
    ":claimed": attempt === null ? attempts + 1 : attempts,
  };
  return {
    Key: toStringAttributes(deliveryKey(endpoint_id, delivery_id)),
    UpdateExpression: `SET ${sets.join(", ")} REMOVE lease_until${isDone ? ", undelivered" : ""}`,
    ConditionExpression: isDone ? "#cycle = :cycle" : "#cycle = :cycle AND #status = :pending AND attempts <= :claimed",
    ExpressionAttributeNames: { "#status": "status", "#cycle": "cycle", "#step": "step" },
    ExpressionAttributeValues: marshall({ ...values, ...results, ...(isDone ? {} : fence) }),
  };
}
