import * as z from "zod/mini";
import { orgShards } from "#shared/webhooks/endpoints/org-hash.ts";

/** Where a repair continues: the shard of organisations, and the last one done. */
const repairCursorSchema = z.strictObject({
  shard: z.int().check(z.minimum(0), z.maximum(orgShards - 1)),
  after: z.nullable(z.string()),
});

/** The request of an administrator to the repair function. */
export const repairRequestSchema = z.strictObject({
  action: z.literal("webhooks.repair"),
  /** Range of `occurred_at`, inclusive, in ISO 8601. */
  since: z.string(),
  until: z.string(),
  /** Reports the replays without starting them. */
  dry_run: z.boolean(),
  /** `next` of the previous response; `null` in the first request. */
  cursor: z.nullable(repairCursorSchema),
});

export type RepairRequest = z.infer<typeof repairRequestSchema>;

export type RepairCursor = z.infer<typeof repairCursorSchema>;

const repairedEndpointSchema = z.object({
  org_id: z.string(),
  endpoint_id: z.string(),
  outcome: z.enum(["started", "would_start", "skipped"]),
  /** Why it was skipped: disabled, a replay is active, or changed concurrently. */
  reason: z.nullable(z.enum(["disabled", "replay_running", "changed"])),
  replay_id: z.nullable(z.string()),
  /** Missing deliveries among the newest events. */
  count: z.number(),
  /** Whether `count` covers the whole range. */
  complete: z.boolean(),
});

/** An endpoint with missing deliveries, and what the repair did. */
export type RepairedEndpoint = z.infer<typeof repairedEndpointSchema>;

export const repairResponseSchema = z.object({
  repair: z.object({
    /** Number of organisations checked by this request. */
    orgs: z.number(),
    endpoints: z.array(repairedEndpointSchema),
    next: z.nullable(repairCursorSchema),
    /** Share of all organisations that are done, from 0 to 1. */
    progress: z.number(),
  }),
});

export type RepairResponse = z.infer<typeof repairResponseSchema>;
