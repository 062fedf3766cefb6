import { type DynamoDBClient, UpdateItemCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { type AttributeMap, expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { permitsKey } from "#shared/platform/dynamodb/keys.ts";
import { writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import type { PermitLease } from "#shared/webhooks/limits/endpoint-health.ts";
import type { OrgPermitStore, PermitAcquisition, PermitPool } from "#shared/webhooks/limits/org-permits.ts";

const keptForDays = 1;

const storedPoolSchema = z.object({
  held: z.number(),
  leases: z.record(z.string(), z.object({ slots: z.number(), until: z.number() })),
});

type PoolUpdate = Pick<
  UpdateItemCommandInput,
  "ConditionExpression" | "UpdateExpression" | "ExpressionAttributeNames"
> & { readonly values: Readonly<Record<string, unknown>> };

/** Creates the store of permit pools: one item each in the deliveries table. The caller passes the size, so a stage may change it. */
export function orgPermitStore(client: DynamoDBClient, table: string): OrgPermitStore {
  const update = (pool: PermitPool, change: PoolUpdate) => updatePool(client, table, pool, change);
  const store: OrgPermitStore = {
    async acquire(pool, lease, now) {
      const { id, permits, expiresAt } = lease;
      const acquisition = await update(pool, {
        ConditionExpression: "attribute_not_exists(leases.#id) AND held <= :room",
        UpdateExpression: "SET held = held + :slots, leases.#id = :lease, expires_at_seconds = :expires_at_seconds",
        ExpressionAttributeNames: { "#id": id },
        values: {
          ":room": pool.size - permits,
          ":slots": permits,
          ":lease": { slots: permits, until: expiresAt },
          ":expires_at_seconds": expiresAfter(expiresAt, keptForDays).expires_at_seconds,
        },
      });
      if (acquisition !== null) {
        return { ...acquisition, granted: acquisition.granted || acquisition.leases.some((held) => held.id === id) };
      }
      await update(pool, {
        ConditionExpression: "attribute_not_exists(pk)",
        UpdateExpression: "SET held = :zero, leases = :none",
        values: { ":zero": 0, ":none": {} },
      });
      return store.acquire(pool, lease, now);
    },

    async release(pool, { id, permits }) {
      await update(pool, {
        ConditionExpression: "attribute_exists(leases.#id)",
        UpdateExpression: "SET held = held - :slots REMOVE leases.#id",
        ExpressionAttributeNames: { "#id": id },
        values: { ":slots": permits },
      });
    },
  };
  return store;
}

/** Returns the pool after an update, or that which failed the condition; `null` if no item exists yet. */
async function updatePool(
  client: DynamoDBClient,
  table: string,
  { org_id, part }: PermitPool,
  { values, ...change }: PoolUpdate,
): Promise<PermitAcquisition | null> {
  const request = {
    TableName: table,
    Key: toStringAttributes(permitsKey(org_id, part)),
    ...change,
    ExpressionAttributeValues: marshall(values),
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
  const result = await writeConditionally(client.send(new UpdateItemCommand(request)));
  if (result.isWritten) return { granted: true, ...fromItem(result.output.Attributes ?? {}) };
  return result.item === null ? null : { granted: false, ...fromItem(result.item) };
}

function fromItem(item: AttributeMap): { held: number; leases: PermitLease[] } {
  const { held, leases } = parseItem(storedPoolSchema, item);
  return {
    held,
    leases: Object.entries(leases).map(([id, { slots, until }]) => ({ id, permits: slots, expiresAt: until })),
  };
}
