import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { newestHeads } from "#shared/ledger/anchors/anchored-head.ts";
import { appendRounds } from "#shared/ledger/anchors/append-round.ts";
import { AnchorConflictError } from "#shared/ledger/anchors/assert-same-round.ts";
import type { AppendRoundPorts, PublishRoundsPorts } from "#shared/ledger/anchors/ports.ts";
import { getBacklog, publishRounds } from "#shared/ledger/anchors/publish-rounds.ts";
import { parseChunkImage } from "#shared/ledger/dynamodb/parse-chunk-image.ts";
import { type QuarantineQueue, toRecordReference } from "#shared/platform/aws/quarantine-queue.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

/** Records of the ledger's stream. The event of the schedule has none: it publishes what earlier invocations did not. */
export type AnchorEvent = Partial<DynamoDBStreamEvent>;

export type AnchorHandlerOptions = AppendRoundPorts &
  PublishRoundsPorts & {
    /** Gets references to records that are not valid chunks, so that they do not block the others. */
    readonly quarantine: QuarantineQueue;
  };

/** Less than the timeout of the function. */
const maxPublishingMs = 30_000;

/**
 * Creates the handler that anchors the newest head of each log in a batch, signs the log of anchors and stores its rounds
 * outside. It also reports every record that is not an INSERT: nothing in the ledger may change. After an error of appending
 * the batch is repeated; what fails later is repeated by the schedule.
 */
export function createAnchorHandler({ quarantine, ...ports }: AnchorHandlerOptions) {
  const anchor = async (records: readonly DynamoDBRecord[]): Promise<DynamoDBBatchResponse> => {
    reportTampering(records, ports.now());
    try {
      const chunks = await parseChunks(records, quarantine);
      const rounds = await appendRounds(ports, newestHeads(chunks));
      emitMetrics({ [metricNames.anchorRounds]: rounds }, ports.now());
      return { batchItemFailures: [] };
    } catch (error) {
      log("error", "heads not anchored", { records: records.length, ...errorFields(error) });
      return { batchItemFailures: records.slice(0, 1).map(toFailure) };
    }
  };

  const publish = async (): Promise<void> => {
    try {
      await publishRounds(ports, new Date(ports.now().getTime() + maxPublishingMs));
    } catch (error) {
      log("error", "anchors not published", errorFields(error));
      if (error instanceof AnchorConflictError) emitMetrics({ [metricNames.anchorConflict]: 1 }, ports.now());
    }
    const backlog = await getBacklog(ports);
    if (backlog !== null) emitMetrics({ [metricNames.anchorLag]: backlog.ageMs }, ports.now());
  };

  const handle = async ({ Records }: AnchorEvent): Promise<DynamoDBBatchResponse | undefined> => {
    if (Records === undefined) {
      await publish();
      return undefined;
    }
    const response = await anchor(Records);
    // A failure of publishing must not repeat the batch: its heads are anchored.
    await publish().catch((error: unknown) => log("error", "backlog of anchors not read", errorFields(error)));
    return response;
  };

  return middy<AnchorEvent, DynamoDBBatchResponse | undefined, Error, Context>().handler(
    (event: AnchorEvent, context: Context) => runInInvocation(context, () => handle(event)),
  );
}

const isInsert = ({ eventName }: DynamoDBRecord) => eventName === "INSERT";

function reportTampering(records: readonly DynamoDBRecord[], now: Date): void {
  const changes = records.filter((record) => !isInsert(record));
  if (changes.length === 0) return;
  for (const change of changes) log("error", "ledger tampered", toRecordReference(change));
  emitMetrics({ [metricNames.ledgerTampered]: changes.length }, now);
}

/** Returns the chunks that were added. Reports records that are not valid chunks. */
async function parseChunks(records: readonly DynamoDBRecord[], quarantine: QuarantineQueue) {
  const chunks: ReturnType<typeof parseChunkImage>[] = [];
  for (const record of records.filter(isInsert)) {
    try {
      chunks.push(parseChunkImage(record.dynamodb?.NewImage ?? {}));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log("error", "chunk not anchored", { ...toRecordReference(record), ...errorFields(error) });
      await quarantine.put(toRecordReference(record), reason);
    }
  }
  return chunks;
}

function toFailure({ dynamodb }: DynamoDBRecord) {
  return { itemIdentifier: dynamodb?.SequenceNumber ?? "" };
}
