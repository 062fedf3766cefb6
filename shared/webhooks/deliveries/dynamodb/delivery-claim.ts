import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type AttributeMap, expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { deliveryKey } from "#shared/platform/dynamodb/keys.ts";
import { writeOrGetExisting } from "#shared/platform/dynamodb/operations.ts";
import type { ClaimResult, DeliveryMessage, DeliveryStore } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import { fromDeliveryItem } from "./delivery-item.ts";

const isAbsent = "attribute_not_exists(pk)";
const isUnclaimed = "(attribute_not_exists(lease_until) OR lease_until <= :now)";
const isDue = "(#cycle < :cycle OR (#cycle = :cycle AND #step <= :step AND #status = :pending))";
const isNotSucceeded = "#status <> :succeeded";

const claimUpdate = [
  "SET org_id = :org_id, endpoint_id = :endpoint_id, delivery_id = :delivery_id, event_type = :event_type",
  "#event = :event, #sequence = if_not_exists(#sequence, :sequence), sealed_at = if_not_exists(sealed_at, :sealed_at)",
  "#cycle = :cycle, #step = :step, #status = :pending, reason = :null",
  "attempts = if_not_exists(attempts, :zero) + :one, created_at = if_not_exists(created_at, :now)",
  "last_attempt_at = if_not_exists(last_attempt_at, :null), last_status = if_not_exists(last_status, :null)",
  "last_error = if_not_exists(last_error, :null), next_attempt_at = if_not_exists(next_attempt_at, :null)",
  "lease_until = :lease_until, expires_at_seconds = :expires_at_seconds",
].join(", ");

const claimNames = {
  "#event": "event",
  "#sequence": "sequence",
  "#cycle": "cycle",
  "#step": "step",
  "#status": "status",
};

/** Creates the claims of attempts: one conditional write each, so that only one of several concurrent claims is granted. */
export function createDeliveryClaims(client: DynamoDBClient, table: string): Pick<DeliveryStore, "claim"> {
  return {
    async claim(message, now, leaseSeconds) {
      const { cycle, step, resend } = message;
      const values = claimValues(message, now, leaseSeconds);
      const tryClaim = async (condition: string, update: string, more: AttributeMap = {}) => {
        const command = new UpdateItemCommand({
          TableName: table,
          Key: toStringAttributes(deliveryKey(message.endpoint_id, message.delivery_id)),
          ConditionExpression: condition,
          UpdateExpression: update,
          ExpressionAttributeNames: claimNames,
          ExpressionAttributeValues: { ...values, ...more },
          ReturnValues: "ALL_NEW",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        });
        return sendClaim(client, command, message, now);
      };

      // Deliveries are indexed from the second attempt on, so that a first-time success costs no index write.
      if (cycle === 0 && step === 0) {
        const first = await tryClaim(isAbsent, claimUpdate);
        if (first.kind !== "busy" || first.until > now.toISOString()) return first;
      }
      const isClaimable = resend ? isDue : `${isDue} AND ${isNotSucceeded}`;
      const more = resend ? {} : { ":succeeded": { S: "succeeded" } };
      const condition = `${isAbsent} OR (${isUnclaimed} AND ${isClaimable})`;
      return tryClaim(condition, `${claimUpdate}, undelivered = :pending`, more);
    },
  };
}

function claimValues(message: DeliveryMessage, now: Date, leaseSeconds: number): AttributeMap {
  return marshall({
    ":org_id": message.org_id,
    ":endpoint_id": message.endpoint_id,
    ":delivery_id": message.delivery_id,
    ":event_type": message.event_type,
    ":event": message.event,
    ":sequence": message.sequence,
    ":sealed_at": message.sealed_at,
    ":cycle": message.cycle,
    ":step": message.step,
    ":pending": "pending",
    ":null": null,
    ":zero": 0,
    ":one": 1,
    ":now": now.toISOString(),
    ":lease_until": new Date(now.getTime() + leaseSeconds * 1000).toISOString(),
    ":expires_at_seconds": expiresAfter(now.getTime(), deliveryRetentionDays).expires_at_seconds,
  });
}

async function sendClaim(
  client: DynamoDBClient,
  command: UpdateItemCommand,
  message: DeliveryMessage,
  now: Date,
): Promise<ClaimResult> {
  const result = await writeOrGetExisting(client.send(command));
  if (!result.isWritten) return refusalOf(result.item, message, now);
  // The claim itself set both.
  const delivery = { ...fromDeliveryItem(result.output.Attributes ?? {}), status: "pending", reason: null } as const;
  return { kind: "claimed", delivery };
}

/** Returns why a claim was refused. `busy` with the current time: an unclaimed record blocks a first attempt. */
function refusalOf(item: AttributeMap, { cycle, step, resend }: DeliveryMessage, now: Date): ClaimResult {
  const stored = fromDeliveryItem(item);
  const isEarlier = cycle < stored.cycle || (cycle === stored.cycle && step < stored.step);
  const isDone = !resend && stored.status === "succeeded";
  const isOver = isDone || (cycle === stored.cycle && stored.status !== "pending");
  if (isEarlier || isOver) return { kind: "settled" };
  return { kind: "busy", until: item.lease_until?.S ?? now.toISOString() };
}
