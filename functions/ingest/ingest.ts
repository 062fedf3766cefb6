import { createOrgHolds } from "../../shared/events/org-holds.ts";
import { ShardCache } from "../../shared/events/shard-directory.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { env } from "../../shared/lambda/env.ts";
import { createIngestHandler } from "../../shared/lambda/ingest-handler.ts";
import type { IngestQueue } from "../../shared/lambda/ingest-queue.ts";
import { errorFields, log } from "../../shared/lambda/log.ts";
import { variables } from "../../shared/lambda/names.ts";
import type { RejectedQueue } from "../../shared/lambda/rejected.ts";
import { dynamoClient, ingestTimes } from "../../shared/store/client.ts";
import { documentClient } from "../../shared/store/document-client.ts";
import { eventStore } from "../../shared/store/events.ts";
import { pinStore } from "../../shared/store/pins.ts";
import { shardSettingsReader } from "../../shared/store/sharded-orgs.ts";

const client = dynamoClient(ingestTimes);
const config = env(variables.configTable);
const shards = new ShardCache(
  shardSettingsReader(client, config),
  () => new Date(),
  (error) => log("warn", "shards not read", errorFields(error)),
);
const store = {
  ...eventStore(client, env(variables.eventsTable), { shards, reportDamage: reportDamagedItems }),
  ...pinStore(documentClient(client), config),
};
const rejectedUrl = env(variables.rejectedQueue);
const urls = { queue: env(variables.ingestQueue), deadLetters: env(variables.ingestDeadLetters) };

let rejectedQueueOnce: RejectedQueue | undefined;
let ingestQueueOnce: IngestQueue | undefined;

/** Imported on first use: most instances never reject or defer an event, and the client would slow every cold start. */
const rejected: RejectedQueue = {
  async reject(...refused) {
    const { rejectedQueue } = await import("../../shared/lambda/rejected.ts");
    rejectedQueueOnce ??= rejectedQueue(rejectedUrl);
    return rejectedQueueOnce.reject(...refused);
  },
};

async function openIngestQueue(): Promise<IngestQueue> {
  const { ingestQueue } = await import("../../shared/lambda/ingest-queue.ts");
  ingestQueueOnce ??= ingestQueue(urls);
  return ingestQueueOnce;
}

/** Consumes the ingest queue: every message ends as a stored event, in the rejected queue, or as a dead letter. */
export const handler = createIngestHandler(
  {
    store,
    rejected,
    queue: {
      defer: async (messages) => (await openIngestQueue()).defer(messages),
      bury: async (messages) => (await openIngestQueue()).bury(messages),
    },
    holds: createOrgHolds(),
    now: () => new Date(),
    random: Math.random,
  },
  env(variables.roleId),
);
