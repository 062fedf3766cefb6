import * as z from "zod/mini";

/** The request of an administrator to the reconcile function. */
export const reconcileRequestSchema = z.strictObject({
  action: z.literal("trust.reconcile"),
  /** The only organisation; `null` for all. */
  org_id: z.nullable(z.string()),
  /** Events that were recorded less long ago are left to the sequencer. At least 25 hours. */
  older_than_ms: z.int().check(z.nonnegative()),
  /** Counts missing entries without appending them. */
  dry_run: z.boolean(),
  /** Sends webhooks for the events that are appended. */
  notify: z.boolean(),
  /** `next` of the previous response; `null` in the first request. */
  cursor: z.nullable(z.string()),
});

export type ReconcileRequest = z.infer<typeof reconcileRequestSchema>;

const reconciledOrgSchema = z.object({
  org_id: z.string(),
  /** `running` if the next request continues with this organisation. */
  outcome: z.enum(["running", "done", "failed"]),
  /** Why it failed. */
  reason: z.nullable(z.string()),
  /** Events of the table that were compared with the log. */
  events: z.number(),
  /** Events without an entry that were appended; in a dry run, that would be. */
  missing: z.number(),
  /** Events without an entry that are left to the sequencer. */
  too_young: z.number(),
  /** Events without an entry that this release cannot read. */
  unreadable: z.number(),
  /** Completed share, from 0 to 1. */
  progress: z.number(),
});

export type ReconciledOrg = z.infer<typeof reconciledOrgSchema>;

export const reconcileResponseSchema = z.object({
  reconcile: z.object({
    /** The organisations that this request compared, to the end or in part. Counts are those of the whole run. */
    orgs: z.array(reconciledOrgSchema),
    next: z.nullable(z.string()),
    /** Share of all organisations that are done, from 0 to 1. */
    progress: z.number(),
  }),
});

export type ReconcileResponse = z.infer<typeof reconcileResponseSchema>;
