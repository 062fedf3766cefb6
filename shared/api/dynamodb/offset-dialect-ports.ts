import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { createOrgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { createEventStore, type EventStoreOptions } from "#shared/events/dynamodb/event-store.ts";
import { createPageCheckpointStore } from "#shared/events/dynamodb/page-checkpoint-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import type { OffsetPaginationPorts } from "#shared/events/query/offset-pagination.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";

/** Creates the ports of a dialect whose lists are paged by number. */
export function createOffsetDialectPorts(
  tables: { readonly events: string; readonly config: string },
  reportDamage: NonNullable<EventStoreOptions["reportDamage"]>,
): OffsetPaginationPorts & {
  readonly tokens: TokenUsageStore;
  readonly orgs: OrgReader;
  readonly shards: ShardSettingsCache;
  readonly suspended: SuspendedOrgCache;
} {
  const client = createDynamoClient();
  const now = () => new Date();
  const shards = new ShardSettingsCache(createShardSettingsReader(client, tables.config), now);
  const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, tables.config), now);
  return {
    events: createEventStore(client, tables.events, { shards, now, reportDamage }),
    shards,
    suspended,
    checkpoints: createPageCheckpointStore(client, tables.config),
    tokens: withUsableOrgs(createTokenUsageStore(client, tables.config), suspended),
    orgs: createOrgReader(client, tables.config),
    now,
  };
}
