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

/** Which day is meant, in UTC; the day before where none is named. A schedule's own event names none. */
const request = z.object({ day: z.optional(z.iso.date()) });

const dayMs = 86_400_000;

/**
 * The stack of the function that archives the audit log of a day, under the day's name. A day that is exported twice is
 * there twice. Throws where the export does not begin: one at a time may run in an account.
 */
export function createArchiveHandler({ client, group, bucket, now }: ArchivePorts) {
  const handle = async (event: unknown): Promise<{ task_id: string | undefined; day: string }> => {
    const { day = new Date(now().getTime() - dayMs).toISOString().slice(0, 10) } = request.parse(event);
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
