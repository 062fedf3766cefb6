import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type AttributeMap, expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { destinationKey } from "#shared/platform/dynamodb/keys.ts";
import { writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import type { HostCounterStore } from "#shared/webhooks/limits/host-rate-limiter.ts";

const keptForDays = 1;

/** An instance whose clock lags counts in the open window, and never sets it back. */
const windowIsOpen = "#window >= :window AND sends <= :room";
const windowIsOver = "attribute_not_exists(pk) OR #window < :window";

const maxTries = 3;

/**
 * Creates the store of request counts in the deliveries table: one item for each host, and one for each organisation
 * that sends it many. Only the newest window is kept.
 */
export function hostCounterStore(client: DynamoDBClient, table: string): HostCounterStore {
  return {
    async increment(counter, window, sends, limit) {
      const values = {
        ":window": window.getTime(),
        ":sends": sends,
        ":room": limit - sends,
        ":expires": expiresAfter(window.getTime(), keptForDays).expires_at_seconds,
      };
      let isNew = false;
      for (let tries = 0; tries < maxTries; tries++) {
        const current = await updateCounter(client, { table, counter, isNew, values });
        if (current === null) return true;
        if (!isNew && isOpen(current, window)) return false;
        // Another instance opened the window first, or no item exists yet.
        isNew = !isNew;
      }
      return false;
    },
  };
}

type CounterUpdate = {
  readonly table: string;
  readonly counter: string;
  /** Whether to open the next window, rather than to count in the open one. */
  readonly isNew: boolean;
  readonly values: Readonly<Record<string, unknown>>;
};

/** Returns `null` if the update succeeded, or else the item that failed its condition. */
async function updateCounter(client: DynamoDBClient, { table, counter, isNew, values }: CounterUpdate) {
  const { ":room": room, ":expires": expires, ...common } = values;
  const request = {
    TableName: table,
    Key: toStringAttributes(destinationKey(counter)),
    ConditionExpression: isNew ? windowIsOver : windowIsOpen,
    UpdateExpression: isNew
      ? "SET #window = :window, sends = :sends, expires_at_seconds = :expires"
      : "ADD sends :sends",
    ExpressionAttributeNames: { "#window": "window" },
    ExpressionAttributeValues: marshall({ ...common, ...(isNew ? { ":expires": expires } : { ":room": room }) }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
  const result = await writeConditionally(client.send(new UpdateItemCommand(request)));
  return result.isWritten ? null : (result.item ?? {});
}

function isOpen(item: AttributeMap, window: Date): boolean {
  return item.window?.N !== undefined && Number(item.window.N) >= window.getTime();
}
