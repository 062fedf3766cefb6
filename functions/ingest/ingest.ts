import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { pinStore } from "#shared/events/dynamodb/idempotency-store.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { createIngestHandler } from "#shared/events/ingest/aws/ingest-handler.ts";
import type { IngestQueue } from "#shared/events/ingest/aws/ingest-queue.ts";
import type { RejectedQueue } from "#shared/events/ingest/aws/rejected-queue.ts";
import { createOrgHolds } from "#shared/events/ingest/org-backoff.ts";
import { ShardCache } from "#shared/events/shards/shard-settings-cache.ts";
import { dynamoClient, ingestTimes } from "#shared/platform/dynamodb/client.ts";
import { documentClient } from "#shared/platform/dynamodb/document-client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";

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
    const { rejectedQueue } = await import("#shared/events/ingest/aws/rejected-queue.ts");
    rejectedQueueOnce ??= rejectedQueue(rejectedUrl);
    return rejectedQueueOnce.reject(...refused);
  },
};

async function openIngestQueue(): Promise<IngestQueue> {
  const { ingestQueue } = await import("#shared/events/ingest/aws/ingest-queue.ts");
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
