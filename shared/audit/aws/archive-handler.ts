import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CreateExportTaskCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Context } from "aws-lambda";
import * as z from "zod/mini";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { log } from "#shared/platform/observability/log.ts";

export type ArchivePorts = {
  readonly client: Pick<CloudWatchLogsClient, "send">;
  readonly group: string;
  readonly bucket: string;
  now(): Date;
};

/** The day to archive, in UTC; by default the previous day, as for the schedule's own event. */
const archiveRequestSchema = z.object({ day: z.optional(z.iso.date()) });

const dayMs = 86_400_000;

/**
 * Creates the handler that exports the audit log of a day to S3, under the name of the day. A repeated export
 * duplicates it. Throws if the export cannot start: an account can run one at a time.
 */
export function createArchiveHandler({ client, group, bucket, now }: ArchivePorts) {
  const handle = async (event: unknown): Promise<{ task_id: string | undefined; day: string }> => {
    const { day = new Date(now().getTime() - dayMs).toISOString().slice(0, 10) } = archiveRequestSchema.parse(event);
    const from = Date.parse(day);
    const { taskId } = await client.send(
      new CreateExportTaskCommand({
        taskName: `activity-log-${day}`,
        logGroupName: group,
        from,
        to: from + dayMs - 1,
        destination: bucket,
        destinationPrefix: `events/${day}`,
      }),
    );
    log("info", "archive", { day, task_id: taskId });
    return { task_id: taskId, day };
  };
  return (event: unknown, context: Context) => runInInvocation(context, () => handle(event));
}
