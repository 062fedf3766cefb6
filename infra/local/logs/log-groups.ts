import * as z from "zod";
import type { AwsResult as AnswerOf } from "#infra/local/kms/result.ts";
import type { LogFiles } from "./log-files.ts";

type Answer = AnswerOf<unknown>;

/** See PutLogEvents in the CloudWatch Logs API reference. */
const maxBatchBytes = 1_048_576;
const maxBatchEvents = 10_000;
const eventOverheadBytes = 26;
const dayMs = 86_400_000;
const oldestMs = 14 * dayMs;
const newestMs = 2 * 60 * 60_000;

const streamSchema = z.object({ logGroupName: z.string(), logStreamName: z.string().regex(/^[^:*]{1,512}$/) });

const putSchema = streamSchema.extend({
  logEvents: z
    .array(z.object({ timestamp: z.number().int().nonnegative(), message: z.string().min(1) }))
    .min(1)
    .max(maxBatchEvents),
});

/** Handles writes to log groups, within the limits of CloudWatch, and stores them in the files of the groups. */
export function createLogsOperations(groups: ReadonlySet<string>, logs: Pick<LogFiles, "write">, now: () => Date) {
  const streams = new Set<string>();

  function createStream(body: unknown): Answer {
    const { logGroupName, logStreamName } = streamSchema.parse(body);
    if (!groups.has(logGroupName)) return fault("ResourceNotFoundException", "The log group does not exist.");
    const name = `${logGroupName}:${logStreamName}`;
    if (streams.has(name)) return fault("ResourceAlreadyExistsException", "The log stream exists already.");
    streams.add(name);
    return { kind: "output", output: {} };
  }

  function put(body: unknown): Answer {
    const { logGroupName, logStreamName, logEvents } = putSchema.parse(body);
    if (!streams.has(`${logGroupName}:${logStreamName}`)) {
      return fault("ResourceNotFoundException", "The log stream does not exist.");
    }
    const bytes = logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventOverheadBytes, 0);
    if (bytes > maxBatchBytes) return fault("InvalidParameterException", `The batch has ${bytes} bytes.`);
    const times = logEvents.map(({ timestamp }) => timestamp);
    const isSorted = times.every((time, at) => at === 0 || time >= (times[at - 1] ?? 0));
    if (!isSorted || (times.at(-1) ?? 0) - (times[0] ?? 0) > dayMs) {
      return fault("InvalidParameterException", "The events must be in the order of time, within 24 hours.");
    }
    const tooOld = times.filter((time) => time <= now().getTime() - oldestMs).length;
    const tooNew = times.filter((time) => time >= now().getTime() + newestMs).length;
    const taken = logEvents.slice(tooOld, logEvents.length - tooNew);
    for (const { message } of taken) logs.write(logGroupName, message);
    if (taken.length === logEvents.length) return { kind: "output", output: {} };
    const rejectedLogEventsInfo = {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(tooNew > 0 && { tooNewLogEventStartIndex: logEvents.length - tooNew }),
    };
    return { kind: "output", output: { rejectedLogEventsInfo } };
  }

  const operations = new Map([
    ["CreateLogStream", createStream],
    ["PutLogEvents", put],
  ]);

  return (operation: string, body: unknown): Answer => {
    const run = operations.get(operation);
    if (run === undefined) return fault("UnknownOperationException", `The local runtime does not know ${operation}.`);
    try {
      return run(body);
    } catch (error) {
      if (error instanceof z.ZodError) return fault("InvalidParameterException", z.prettifyError(error));
      throw error;
    }
  };
}

function fault(code: string, message: string): Answer {
  return { kind: "fault", code, message };
}
