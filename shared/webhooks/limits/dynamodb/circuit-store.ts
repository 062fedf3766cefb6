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
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { healthKey } from "#shared/platform/dynamodb/keys.ts";
import { readItem } from "#shared/platform/dynamodb/stored-item.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import {
  growth,
  type Health,
  type HealthStore,
  initialHealth,
  initialLimit,
  type Lease,
  openAfterFailures,
} from "#shared/webhooks/limits/circuit-breaker.ts";
import { slowAfterMs } from "#shared/webhooks/limits/latency.ts";

const keptForDays = 90;

const moment = z.optional(z.number());

const stored = z.object({
  version: z.number(),
  limit: z.number(),
  vacant: z.number(),
  leases: z.record(z.string(), z.object({ slots: z.number(), until: z.number() })),
  probe_until: moment,
  failures: z.number(),
  openings: z.number(),
  open_until: moment,
  failing_since: moment,
  last_success_at: moment,
  latency_ms: z.optional(z.number()),
});

const isClosed = "failures < :threshold AND (attribute_not_exists(open_until) OR open_until <= :now)";

type Change = Pick<UpdateItemCommandInput, "ConditionExpression" | "UpdateExpression" | "ExpressionAttributeNames"> & {
  readonly values: Readonly<Record<string, unknown>>;
};

/** How endpoints fare, in the deliveries table: one item each, of which every verb changes its own part. */
export function healthStore(client: DynamoDBClient, table: string): HealthStore {
  /** Answers what stands then, or what stood in the way; `null` where there is no item yet. */
  const update = async (endpointId: string, { values, ...change }: Change) => {
    const request = {
      TableName: table,
      Key: textAttributes(healthKey(endpointId)),
      ...change,
      // DynamoDB refuses a list without any.
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: marshall(values) }),
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      const { Attributes = {} } = await calling(client.send(new UpdateItemCommand(request)));
      return { isDone: true, health: fromItem(Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { isDone: false, health: error.Item === undefined ? null : fromItem(error.Item) };
    }
  };

  const store: HealthStore = {
    async read(endpointId) {
      return (await getItem(client, table, healthKey(endpointId), fromItem)) ?? initialHealth;
    },

    async lease(endpointId, lease, now, onlyIfFast = false) {
      const { id, slots, until } = lease;
      const isFast = onlyIfFast ? " AND latency_ms <= :slow" : "";
      const { isDone, health } = await update(endpointId, {
        // A repeat after an answer that was lost must not take the slots twice.
        ConditionExpression: `attribute_not_exists(leases.#id) AND vacant >= :slots AND ${isClosed}${isFast}`,
        UpdateExpression: "SET vacant = vacant - :slots, leases.#id = :lease, expires_at_seconds = :expires_at_seconds",
        ExpressionAttributeNames: { "#id": id },
        values: {
          ":slots": slots,
          ":threshold": openAfterFailures,
          ":now": now,
          ...(onlyIfFast ? { ":slow": slowAfterMs } : {}),
          ":lease": { slots, until },
          ":expires_at_seconds": expiresAfter(until, keptForDays).expires_at_seconds,
        },
      });
      if (health !== null) return { granted: isDone || health.leases.some((held) => held.id === id), health };
      // Nothing was ever sent to it, so it is not known as fast.
      if (onlyIfFast) return { granted: false, health: initialHealth };
      await begin(endpointId);
      return store.lease(endpointId, lease, now);
    },

    async shrink(endpointId, { id, slots }, used) {
      await update(endpointId, {
        // A repeat after an answer that was lost must not give them back twice.
        ConditionExpression: "leases.#id.slots = :before",
        UpdateExpression: "SET vacant = vacant + :surplus, leases.#id.slots = :used",
        ExpressionAttributeNames: { "#id": id },
        values: { ":before": slots, ":surplus": slots - used, ":used": used },
      });
    },

    async end(endpointId, { id }, succeededAt, latencyMs = null) {
      const success = succeededAt === null ? "" : ", last_success_at = :at";
      const latency = latencyMs === null ? "" : ", latency_ms = :latency";
      await update(endpointId, {
        ConditionExpression: "attribute_exists(leases.#id)",
        UpdateExpression: `SET vacant = vacant + leases.#id.slots${success}${latency} REMOVE leases.#id`,
        ExpressionAttributeNames: { "#id": id },
        values: {
          ...(succeededAt === null ? {} : { ":at": succeededAt }),
          ...(latencyMs === null ? {} : { ":latency": latencyMs }),
        },
      });
    },

    async probe(endpointId, until, now) {
      const { isDone } = await update(endpointId, {
        ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(probe_until) OR probe_until <= :now)",
        UpdateExpression: "SET probe_until = :until",
        values: { ":until": until, ":now": now },
      });
      return isDone;
    },

    async grow(endpointId, upTo) {
      await update(endpointId, {
        ConditionExpression: "#limit <= :max",
        // Told as something learned: who learns meanwhile must not go by the limit as it was.
        UpdateExpression: "SET #limit = #limit + :more, vacant = vacant + :more, #version = #version + :one",
        ExpressionAttributeNames: { "#limit": "limit", "#version": "version" },
        values: { ":max": upTo - growth, ":more": growth, ":one": 1 },
      });
    },

    async write(endpointId, before, after) {
      const moments = { open_until: after.open_until, failing_since: after.failing_since };
      const { last_success_at, latency_ms } = after;
      const kept = Object.entries({ ...moments, last_success_at });
      const sets = kept.filter(([, value]) => value !== null);
      const removed = ["probe_until", ...kept.filter(([, value]) => value === null).map(([name]) => name)];
      const latest = Math.max(0, ...kept.map(([, value]) => value ?? 0));
      const { isDone } = await update(endpointId, {
        ConditionExpression: `#version = :version${before.version === 0 ? " OR attribute_not_exists(pk)" : ""}`,
        UpdateExpression:
          "SET #version = :next, #limit = :limit, vacant = if_not_exists(vacant, :initial) + :delta, " +
          "leases = if_not_exists(leases, :none), failures = :failures, openings = :openings" +
          (latest === 0 ? "" : ", expires_at_seconds = :expires_at_seconds") +
          (latency_ms === null ? "" : ", latency_ms = :latency") +
          sets.map(([name]) => `, ${name} = :${name}`).join("") +
          ` REMOVE ${removed.join(", ")}`,
        ExpressionAttributeNames: { "#version": "version", "#limit": "limit" },
        values: {
          ":version": before.version,
          ":next": before.version + 1,
          ":limit": after.limit,
          ":initial": initialLimit,
          ":delta": after.limit - before.limit,
          ":none": {},
          ...(latest === 0 ? {} : { ":expires_at_seconds": expiresAfter(latest, keptForDays).expires_at_seconds }),
          ...(latency_ms === null ? {} : { ":latency": latency_ms }),
          ":failures": after.failures,
          ":openings": after.openings,
          ...Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])),
        },
      });
      return isDone;
    },
  };

  /** The item of an endpoint that nothing was sent to yet. */
  const begin = (endpointId: string) =>
    update(endpointId, {
      ConditionExpression: "attribute_not_exists(pk)",
      UpdateExpression:
        "SET #version = :zero, #limit = :limit, vacant = :limit, leases = :none, failures = :zero, openings = :zero",
      ExpressionAttributeNames: { "#version": "version", "#limit": "limit" },
      values: { ":zero": 0, ":limit": initialLimit, ":none": {} },
    });

  return store;
}

function fromItem(item: Record<string, AttributeValue>): Health {
  const { leases, ...health } = readItem(stored, item);
  const { probe_until = null, open_until = null, failing_since = null, last_success_at = null } = health;
  const { latency_ms = null } = health;
  const held = Object.entries(leases).map(([id, lease]): Lease => ({ id, ...lease }));
  return { ...health, leases: held, probe_until, open_until, failing_since, last_success_at, latency_ms };
}
