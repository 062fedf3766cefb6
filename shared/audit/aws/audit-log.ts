import {
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-cloudwatch-logs";
import { createLogsClient } from "./logs-client.ts";

/** An entry of the log. `text` is JSON within `maxLineBytes` (`limitLine`). */
export type AuditEntry = { readonly time: Date; readonly text: string };

/** A log group written by acknowledged calls, because Lambda's own log may lose lines. */
export type AuditLog = {
  /** Resolves once CloudWatch has accepted every entry. If it throws, some entries may be stored. */
  put(entries: readonly AuditEntry[]): Promise<void>;
};

/** Limits of one call and overhead per entry: see PutLogEvents in the CloudWatch Logs API reference. */
const maxBatchBytes = 1_048_576;
const maxBatchEntries = 10_000;
const entryOverheadBytes = 26;

/** Creates an audit log that writes to its own stream of the group, which it creates before the first entry. */
export function createAuditLog(group: string, stream: string, client = createLogsClient()): AuditLog {
  const names = { logGroupName: group, logStreamName: stream };
  let opened: Promise<void> | undefined;

  const open = async () => {
    try {
      await client.send(new CreateLogStreamCommand(names));
    } catch (error) {
      if (!(error instanceof ResourceAlreadyExistsException)) throw error;
    }
  };

  const putBatch = async (batch: readonly AuditEntry[]) => {
    const logEvents = batch.map(({ time, text }) => ({ timestamp: time.getTime(), message: text }));
    const { rejectedLogEventsInfo } = await client.send(new PutLogEventsCommand({ ...names, logEvents }));
    if (rejectedLogEventsInfo === undefined) return;
    throw new Error(`CloudWatch rejected entries of the audit log: ${JSON.stringify(rejectedLogEventsInfo)}`);
  };

  return {
    async put(entries) {
      if (entries.length === 0) return;
      opened ??= open().catch((error) => {
        opened = undefined;
        throw error;
      });
      await opened;
      for (const batch of batchesOf(entries)) await putBatch(batch);
    },
  };
}

/** Yields batches in chronological order and within the limits of PutLogEvents. */
function* batchesOf(entries: readonly AuditEntry[]): Generator<AuditEntry[]> {
  let batch: AuditEntry[] = [];
  let bytes = 0;
  for (const entry of entries.toSorted((left, right) => left.time.getTime() - right.time.getTime())) {
    const size = Buffer.byteLength(entry.text) + entryOverheadBytes;
    if (batch.length === maxBatchEntries || bytes + size > maxBatchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  yield batch;
}
