import { type DynamoDBClient, UpdateItemCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { type AttributeMap, expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { healthKey } from "#shared/platform/dynamodb/keys.ts";
import { batchGet, getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { limitIncrement, openAfterFailures } from "#shared/webhooks/limits/circuit-breaker.ts";
import {
  type EndpointHealth,
  type EndpointHealthList,
  type EndpointHealthStore,
  initialConcurrencyLimit,
  initialHealth,
  type PermitLease,
} from "#shared/webhooks/limits/endpoint-health.ts";
import { slowAfterMs } from "#shared/webhooks/limits/latency.ts";

const keptForDays = 90;

const unixMs = z.optional(z.number());

const storedHealthSchema = z.object({
  version: z.number(),
  limit: z.number(),
  vacant: z.number(),
  leases: z.record(z.string(), z.object({ slots: z.number(), until: z.number() })),
  probe_until: unixMs,
  failures: z.number(),
  openings: z.number(),
  open_until: unixMs,
  failing_since: unixMs,
  last_success_at: unixMs,
  latency_ms: z.optional(z.number()),
});

const isClosed = "failures < :threshold AND (attribute_not_exists(open_until) OR open_until <= :now)";

type HealthUpdate = Pick<
  UpdateItemCommandInput,
  "ConditionExpression" | "UpdateExpression" | "ExpressionAttributeNames"
> & { readonly values: Readonly<Record<string, unknown>> };

/** Creates the list of endpoint health. */
export function endpointHealthList(client: DynamoDBClient, table: string): EndpointHealthList {
  return {
    async list(endpointIds) {
      const idsByKey = new Map(endpointIds.map((id) => [healthKey(id).pk, id]));
      const items = await batchGet(client, table, [...idsByKey.values()].map(healthKey));
      const found = items.map((item) => [idsByKey.get(item.pk?.S ?? "") ?? "", fromItem(item)] as const);
      return new Map(found);
    },
  };
}

/** Creates the store of endpoint health: one item for each endpoint in the deliveries table, of which each method updates its own part. */
export function endpointHealthStore(client: DynamoDBClient, table: string): EndpointHealthStore {
  const update = (endpointId: string, change: HealthUpdate) => updateHealth(client, table, endpointId, change);
  const store: EndpointHealthStore = {
    async get(endpointId) {
      return (await getItem(client, table, healthKey(endpointId), fromItem)) ?? initialHealth;
    },

    async acquire(endpointId, lease, now, onlyIfFast = false) {
      const { isDone, health } = await update(endpointId, acquisition(lease, now, onlyIfFast));
      if (health !== null) return { granted: isDone || health.leases.some((held) => held.id === lease.id), health };
      // Nothing was sent to it yet, so it is not known to be fast.
      if (onlyIfFast) return { granted: false, health: initialHealth };
      await update(endpointId, creation);
      return store.acquire(endpointId, lease, now);
    },

    async releaseUnused(endpointId, { id, permits }, used) {
      await update(endpointId, {
        // A retry after a lost response must not release them twice.
        ConditionExpression: "leases.#id.slots = :before",
        UpdateExpression: "SET vacant = vacant + :surplus, leases.#id.slots = :used",
        ExpressionAttributeNames: { "#id": id },
        values: { ":before": permits, ":surplus": permits - used, ":used": used },
      });
    },

    async release(endpointId, lease, succeededAt, latencyMs = null) {
      await update(endpointId, leaseRelease(lease, succeededAt, latencyMs));
    },

    async acquireProbe(endpointId, until, now) {
      const { isDone } = await update(endpointId, {
        ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(probe_until) OR probe_until <= :now)",
        UpdateExpression: "SET probe_until = :until",
        values: { ":until": until, ":now": now },
      });
      return isDone;
    },

    async increaseLimit(endpointId, max) {
      await update(endpointId, {
        ConditionExpression: "#limit <= :max",
        // With a new version: a writer that read the old limit must not restore it.
        UpdateExpression: "SET #limit = #limit + :more, vacant = vacant + :more, #version = #version + :one",
        ExpressionAttributeNames: { "#limit": "limit", "#version": "version" },
        values: { ":max": max - limitIncrement, ":more": limitIncrement, ":one": 1 },
      });
    },

    async update(endpointId, before, after) {
      return (await update(endpointId, replacement(before, after))).isDone;
    },
  };
  return store;
}

/** Returns the health after an update, or that which failed the condition; `null` if no item exists yet. */
async function updateHealth(
  client: DynamoDBClient,
  table: string,
  endpointId: string,
  { values, ...change }: HealthUpdate,
): Promise<{ readonly isDone: boolean; readonly health: EndpointHealth | null }> {
  const request = {
    TableName: table,
    Key: toStringAttributes(healthKey(endpointId)),
    ...change,
    // DynamoDB rejects an empty map.
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: marshall(values) }),
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
  const result = await writeConditionally(client.send(new UpdateItemCommand(request)));
  if (result.isWritten) return { isDone: true, health: fromItem(result.output.Attributes ?? {}) };
  return { isDone: false, health: result.item === null ? null : fromItem(result.item) };
}

function acquisition({ id, permits, expiresAt }: PermitLease, now: number, onlyIfFast: boolean): HealthUpdate {
  const isFast = onlyIfFast ? " AND latency_ms <= :slow" : "";
  return {
    // A retry after a lost response must not acquire the permits twice.
    ConditionExpression: `attribute_not_exists(leases.#id) AND vacant >= :slots AND ${isClosed}${isFast}`,
    UpdateExpression: "SET vacant = vacant - :slots, leases.#id = :lease, expires_at_seconds = :expires_at_seconds",
    ExpressionAttributeNames: { "#id": id },
    values: {
      ":slots": permits,
      ":threshold": openAfterFailures,
      ":now": now,
      ...(onlyIfFast ? { ":slow": slowAfterMs } : {}),
      ":lease": { slots: permits, until: expiresAt },
      ":expires_at_seconds": expiresAfter(expiresAt, keptForDays).expires_at_seconds,
    },
  };
}

/** Creates the item of an endpoint to which nothing was sent yet. */
const creation: HealthUpdate = {
  ConditionExpression: "attribute_not_exists(pk)",
  UpdateExpression:
    "SET #version = :zero, #limit = :limit, vacant = :limit, leases = :none, failures = :zero, openings = :zero",
  ExpressionAttributeNames: { "#version": "version", "#limit": "limit" },
  values: { ":zero": 0, ":limit": initialConcurrencyLimit, ":none": {} },
};

function leaseRelease({ id }: PermitLease, succeededAt: number | null, latencyMs: number | null): HealthUpdate {
  const success = succeededAt === null ? "" : ", last_success_at = :at";
  const latency = latencyMs === null ? "" : ", latency_ms = :latency";
  return {
    ConditionExpression: "attribute_exists(leases.#id)",
    UpdateExpression: `SET vacant = vacant + leases.#id.slots${success}${latency} REMOVE leases.#id`,
    ExpressionAttributeNames: { "#id": id },
    values: {
      ...(succeededAt === null ? {} : { ":at": succeededAt }),
      ...(latencyMs === null ? {} : { ":latency": latencyMs }),
    },
  };
}

/** Replaces all but the leases. The available permits change by as much as the limit. */
function replacement(before: EndpointHealth, after: EndpointHealth): HealthUpdate {
  const { open_until, failing_since, last_success_at, latency_ms } = after;
  const times = Object.entries({ open_until, failing_since, last_success_at });
  const sets = times.filter(([, value]) => value !== null);
  const removed = ["probe_until", ...times.filter(([, value]) => value === null).map(([name]) => name)];
  const latest = Math.max(0, ...times.map(([, value]) => value ?? 0));
  return {
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
      ":initial": initialConcurrencyLimit,
      ":delta": after.limit - before.limit,
      ":none": {},
      ...(latest === 0 ? {} : { ":expires_at_seconds": expiresAfter(latest, keptForDays).expires_at_seconds }),
      ...(latency_ms === null ? {} : { ":latency": latency_ms }),
      ":failures": after.failures,
      ":openings": after.openCount,
      ...Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])),
    },
  };
}

function fromItem(item: AttributeMap): EndpointHealth {
  const { leases, vacant, openings, ...health } = parseItem(storedHealthSchema, item);
  const { probe_until = null, open_until = null, failing_since = null, last_success_at = null } = health;
  const { latency_ms = null } = health;
  const held = Object.entries(leases).map(
    ([id, { slots, until }]): PermitLease => ({ id, permits: slots, expiresAt: until }),
  );
  const times = { probe_until, open_until, failing_since, last_success_at, latency_ms };
  return { ...health, available: vacant, openCount: openings, leases: held, ...times };
}
