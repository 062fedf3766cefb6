import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { expiresAfter } from "#shared/platform/dynamodb/expiry.ts";
import { permitsKey } from "#shared/platform/dynamodb/keys.ts";
import { readItem } from "#shared/platform/dynamodb/stored-item.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import type { Lease } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { PermitAnswer, PermitPool, PermitStore } from "#shared/webhooks/limits/org-permits.ts";

const keptForDays = 1;

const stored = z.object({
  held: z.number(),
  leases: z.record(z.string(), z.object({ slots: z.number(), until: z.number() })),
});

type Change = Pick<UpdateItemCommandInput, "ConditionExpression" | "UpdateExpression" | "ExpressionAttributeNames"> & {
  readonly values: Readonly<Record<string, unknown>>;
};

/** Permits to send, in the deliveries table: one item a pool. The size of a pool is the caller's, so a stage may change it. */
export function permitStore(client: DynamoDBClient, table: string): PermitStore {
  /** Answers what is held then, or what is held instead; `null` where the pool has no item yet. */
  const update = async ({ org_id, part }: PermitPool, { values, ...change }: Change): Promise<PermitAnswer | null> => {
    const request = {
      TableName: table,
      Key: textAttributes(permitsKey(org_id, part)),
      ...change,
      ExpressionAttributeValues: marshall(values),
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      const { Attributes = {} } = await calling(client.send(new UpdateItemCommand(request)));
      return { granted: true, ...fromItem(Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item === undefined ? null : { granted: false, ...fromItem(error.Item) };
    }
  };

  const store: PermitStore = {
    async take(pool, lease, now) {
      const { id, slots, until } = lease;
      const answer = await update(pool, {
        ConditionExpression: "attribute_not_exists(leases.#id) AND held <= :room",
        UpdateExpression: "SET held = held + :slots, leases.#id = :lease, expires_at_seconds = :expires_at_seconds",
        ExpressionAttributeNames: { "#id": id },
        values: {
          ":room": pool.size - slots,
          ":slots": slots,
          ":lease": { slots, until },
          ":expires_at_seconds": expiresAfter(until, keptForDays).expires_at_seconds,
        },
      });
      if (answer !== null)
        return { ...answer, granted: answer.granted || answer.leases.some((held) => held.id === id) };
      await update(pool, {
        ConditionExpression: "attribute_not_exists(pk)",
        UpdateExpression: "SET held = :zero, leases = :none",
        values: { ":zero": 0, ":none": {} },
      });
      return store.take(pool, lease, now);
    },

    async giveBack(pool, { id, slots }) {
      await update(pool, {
        ConditionExpression: "attribute_exists(leases.#id)",
        UpdateExpression: "SET held = held - :slots REMOVE leases.#id",
        ExpressionAttributeNames: { "#id": id },
        values: { ":slots": slots },
      });
    },
  };
  return store;
}

function fromItem(item: Record<string, AttributeValue>): { held: number; leases: Lease[] } {
  const { held, leases } = readItem(stored, item);
  return { held, leases: Object.entries(leases).map(([id, lease]): Lease => ({ id, ...lease })) };
}
