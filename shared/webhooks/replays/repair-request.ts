import * as z from "zod/mini";
import { orgShards } from "#shared/webhooks/endpoints/org-hash.ts";

/** Where a repair continues: in a shard of organisations, after one of them. */
const cursor = z.strictObject({
  shard: z.int().check(z.minimum(0), z.maximum(orgShards - 1)),
  after: z.nullable(z.string()),
});

/** What an administrator may ask the repair function for. */
export const repairRequest = z.strictObject({
  action: z.literal("webhooks.repair"),
  /** ISO 8601, inclusive: when the events happened. */
  since: z.string(),
  until: z.string(),
  /** Only report what would be started. */
  dry_run: z.boolean(),
  /** `next` of the answer before; `null` to begin. */
  cursor: z.nullable(cursor),
});

export type RepairRequest = z.infer<typeof repairRequest>;

export type RepairCursor = z.infer<typeof cursor>;

const endpoint = z.object({
  org_id: z.string(),
  endpoint_id: z.string(),
  outcome: z.enum(["started", "would_start", "skipped"]),
  /** Why it was skipped: it is disabled, a replay to it is running, or it was changed at the same moment. */
  reason: z.nullable(z.enum(["disabled", "replay_running", "changed"])),
  replay_id: z.nullable(z.string()),
  /** Deliveries that are missing, of the newest events. */
  count: z.number(),
  /** Whether `count` is of all events of the range. */
  complete: z.boolean(),
});

/** An endpoint that misses deliveries, and what was done about it. */
export type RepairedEndpoint = z.infer<typeof endpoint>;

export const repairAnswer = z.object({
  repair: z.object({
    /** Organisations that were looked at. */
    orgs: z.number(),
    endpoints: z.array(endpoint),
    next: z.nullable(cursor),
    /** The share of all organisations that were looked at by now, from 0 to 1. */
    progress: z.number(),
  }),
});

export type RepairAnswer = z.infer<typeof repairAnswer>;
