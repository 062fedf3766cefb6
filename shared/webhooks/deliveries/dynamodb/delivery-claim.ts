import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { expiresAfter } from "#shared/platform/dynamodb/expiry.ts";
import { deliveryKey } from "#shared/platform/dynamodb/keys.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import {
  type Claim,
  type DeliveryMessage,
  type DeliveryStore,
  keptForDays,
} from "#shared/webhooks/deliveries/delivery.ts";
import { fromDeliveryItem } from "./delivery-item.ts";

const isAbsent = "attribute_not_exists(pk)";
const isUnheld = "(attribute_not_exists(lease_until) OR lease_until <= :now)";
const isDue = "(#cycle < :cycle OR (#cycle = :cycle AND #step <= :step AND #status = :pending))";
const isUndone = "#status <> :succeeded";

const take = [
  "SET org_id = :org_id, endpoint_id = :endpoint_id, delivery_id = :delivery_id, event_type = :event_type",
  "#event = :event, #cycle = :cycle, #step = :step, #status = :pending, reason = :null",
  "attempts = if_not_exists(attempts, :zero) + :one, created_at = if_not_exists(created_at, :now)",
  "last_attempt_at = if_not_exists(last_attempt_at, :null), last_status = if_not_exists(last_status, :null)",
  "last_error = if_not_exists(last_error, :null), next_attempt_at = if_not_exists(next_attempt_at, :null)",
  "lease_until = :lease_until, expires_at_seconds = :expires_at_seconds",
].join(", ");

/** Takes attempts, each by one conditional write. Of several who try at once, one is given it. */
export function claims(client: DynamoDBClient, table: string): Pick<DeliveryStore, "claim"> {
  return {
    async claim(message, now, leaseSeconds) {
      const { org_id, endpoint_id, delivery_id, event_type, event, cycle, step, resend } = message;
      const request = {
        TableName: table,
        Key: textAttributes(deliveryKey(endpoint_id, delivery_id)),
        ExpressionAttributeNames: { "#event": "event", "#cycle": "cycle", "#step": "step", "#status": "status" },
        ExpressionAttributeValues: marshall({
          ":org_id": org_id,
          ":endpoint_id": endpoint_id,
          ":delivery_id": delivery_id,
          ":event_type": event_type,
          ":event": event,
          ":cycle": cycle,
          ":step": step,
          ":pending": "pending",
          ":null": null,
          ":zero": 0,
          ":one": 1,
          ":now": now.toISOString(),
          ":lease_until": new Date(now.getTime() + leaseSeconds * 1000).toISOString(),
          ":expires_at_seconds": expiresAfter(now.getTime(), keptForDays).expires_at_seconds,
        }),
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      } as const;
      const attempt = async (
        ConditionExpression: string,
        UpdateExpression: string,
        more: Record<string, AttributeValue> = {},
      ): Promise<Claim> => {
        const ExpressionAttributeValues = { ...request.ExpressionAttributeValues, ...more };
        try {
          const update = new UpdateItemCommand({
            ...request,
            ExpressionAttributeValues,
            ConditionExpression,
            UpdateExpression,
          });
          const { Attributes = {} } = await calling(client.send(update));
          // The claim itself set both.
          const delivery = { ...fromDeliveryItem(Attributes), status: "pending", reason: null } as const;
          return { kind: "claimed", delivery };
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException && error.Item) return refused(error.Item, message, now);
          throw error;
        }
      };

      // What succeeds at its first attempt shall cost no write to the index: it is listed only from its second on.
      if (cycle === 0 && step === 0) {
        const first = await attempt(isAbsent, take);
        if (first.kind !== "busy" || first.until > now.toISOString()) return first;
      }
      const isOwed = resend ? isDue : `${isDue} AND ${isUndone}`;
      const undone = resend ? {} : { ":succeeded": { S: "succeeded" } };
      return attempt(`${isAbsent} OR (${isUnheld} AND ${isOwed})`, `${take}, undelivered = :pending`, undone);
    },
  };
}

/** Why an attempt was not given. Busy until now is who stands unheld in the way of a first attempt. */
function refused(item: Record<string, AttributeValue>, { cycle, step, resend }: DeliveryMessage, now: Date): Claim {
  const standing = fromDeliveryItem(item);
  const isEarlier = cycle < standing.cycle || (cycle === standing.cycle && step < standing.step);
  const isDone = !resend && standing.status === "succeeded";
  const isOver = isDone || (cycle === standing.cycle && standing.status !== "pending");
  if (isEarlier || isOver) return { kind: "settled" };
  return { kind: "busy", until: item.lease_until?.S ?? now.toISOString() };
}
