import { append } from "../../shared/events/append.ts";
import { ActivityError } from "../../shared/events/errors.ts";
import { readEventText } from "../../shared/events/read-event.ts";
import { ShardCache } from "../../shared/events/shard-directory.ts";
import { batch } from "../../shared/lambda/batch.ts";
import { env } from "../../shared/lambda/env.ts";
import { errorFields, log } from "../../shared/lambda/log.ts";
import { metrics, variables } from "../../shared/lambda/names.ts";
import type { RejectedQueue } from "../../shared/lambda/rejected.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { documentClient } from "../../shared/store/document-client.ts";
import { eventStore } from "../../shared/store/events.ts";
import { pinStore } from "../../shared/store/pins.ts";
import { shardSettingsReader } from "../../shared/store/sharded-orgs.ts";

const client = dynamoClient();
const config = env(variables.configTable);
const shards = new ShardCache(
  shardSettingsReader(client, config),
  () => new Date(),
  (error) => log("warn", "shards not read", errorFields(error)),
);
const store = {
  ...eventStore(client, env(variables.eventsTable), { shards }),
  ...pinStore(documentClient(client), config),
};
const rejectedUrl = env(variables.rejectedQueue);
let rejected: RejectedQueue | undefined;

/** Its client comes with the first event that is refused: most instances see none, and all would start later for it. */
async function reject(...refused: Parameters<RejectedQueue["reject"]>): Promise<void> {
  const { rejectedQueue } = await import("../../shared/lambda/rejected.ts");
  rejected ??= rejectedQueue(rejectedUrl);
  await rejected.reject(...refused);
}

/**
 * Consumes the ingest queue. Every message ends as a stored event or, with the reason, in the rejected queue; trouble
 * on the way leaves it in the ingest queue, to be tried again.
 */
export const handler = batch(
  async (record) => {
    try {
      const draft = readEventText(record.body, { now: new Date(), entropy: record.body });
      const outcome = await append(store, draft);
      return outcome === "appended" ? metrics.eventsAppended : metrics.eventsRepeated;
    } catch (error) {
      if (!(error instanceof ActivityError) || error.code === "unavailable") throw error;
      await reject(record, error);
      log("warn", "event rejected", { message_id: record.messageId, code: error.code });
      return metrics.eventsRejected;
    }
  },
  { lag: metrics.ingestLag },
);
