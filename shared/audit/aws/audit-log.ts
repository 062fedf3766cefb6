import {
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-cloudwatch-logs";
import { createLogsClient } from "./logs-client.ts";

/** An entry whose text is JSON within `maxLineBytes`, as `lineWithinLimit` makes it. */
export type AuditEntry = { readonly time: Date; readonly text: string };

/** A log group that is written by acknowledged calls, not by way of Lambda's own log, which may lose lines. */
export type AuditLog = {
  /** Resolves once CloudWatch has every entry. Throws where it has not taken all: some may be there, then. */
  put(entries: readonly AuditEntry[]): Promise<void>;
};

/** See PutLogEvents in the CloudWatch Logs API reference: what one call takes, and what it counts for each entry. */
const maxBatchBytes = 1_048_576;
const maxBatchEntries = 10_000;
const entryOverheadBytes = 26;

/** Writes to a stream of its own in the group, which it makes before the first entry. */
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
    throw new Error(`CloudWatch refused entries of the audit log: ${JSON.stringify(rejectedLogEventsInfo)}`);
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

/** In the order of time, which PutLogEvents asks for, and no batch larger than it takes. */
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
