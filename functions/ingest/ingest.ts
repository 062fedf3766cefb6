import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createIdempotencyStore } from "#shared/events/dynamodb/idempotency-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { createIngestHandler } from "#shared/events/ingest/aws/ingest-handler.ts";
import type { IngestQueue } from "#shared/events/ingest/aws/ingest-queue.ts";
import type { RejectedQueue } from "#shared/events/ingest/aws/rejected-queue.ts";
import { createOrgBackoff } from "#shared/events/ingest/org-backoff.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createDynamoClient, ingestTimeouts } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";

const client = createDynamoClient(ingestTimeouts);
const config = env(envVars.configTable);
const shards = new ShardSettingsCache(
  createShardSettingsReader(client, config),
  () => new Date(),
  (error) => log("warn", "shards not read", errorFields(error)),
);
const store = {
  ...createEventStore(client, env(envVars.eventsTable), { shards, reportDamage: reportDamagedItems }),
  ...createIdempotencyStore(client, config),
};
const rejectedUrl = env(envVars.rejectedQueue);
const urls = { queue: env(envVars.ingestQueue), deadLetters: env(envVars.ingestDeadLetters) };

let rejectedQueueOnce: RejectedQueue | undefined;
let ingestQueueOnce: IngestQueue | undefined;

/** Imported on first use: most instances never reject or defer an event, and the client would slow every cold start. */
const rejected: RejectedQueue = {
  async reject(...args) {
    const { createRejectedQueue: rejectedQueue } = await import("#shared/events/ingest/aws/rejected-queue.ts");
    rejectedQueueOnce ??= rejectedQueue(rejectedUrl);
    return rejectedQueueOnce.reject(...args);
  },
};

async function openIngestQueue(): Promise<IngestQueue> {
  const { createIngestQueue: ingestQueue } = await import("#shared/events/ingest/aws/ingest-queue.ts");
  ingestQueueOnce ??= ingestQueue(urls);
  return ingestQueueOnce;
}

/** Consumes the ingest queue: every message becomes a stored event, a rejected event or a dead letter. */
export const handler = createIngestHandler(
  {
    store,
    rejected,
    queue: {
      defer: async (messages) => (await openIngestQueue()).defer(messages),
      sendToDeadLetters: async (messages) => (await openIngestQueue()).sendToDeadLetters(messages),
    },
    backoff: createOrgBackoff(),
    now: () => new Date(),
    random: Math.random,
  },
  env(envVars.roleId),
);
