import type { TokenUses } from "#shared/auth/authenticate.ts";
import { orgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { suspendedOrgsReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { tokenUses } from "#shared/auth/dynamodb/token-use-store.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { SuspendedOrgs, withSuspensions } from "#shared/auth/orgs/suspended-orgs.ts";
import { type EventStoreOptions, eventStore } from "#shared/events/dynamodb/event-store.ts";
import { placeStore } from "#shared/events/dynamodb/page-checkpoint-store.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import type { WindowWorld } from "#shared/events/query/offset-pagination.ts";
import { ShardCache } from "#shared/events/shards/shard-settings-cache.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";

/** All that a dialect reads from: the log, tokens, and for lists that are paged by number places and organisations. */
export function readWorld(
  tables: { readonly events: string; readonly config: string },
  reportDamage: NonNullable<EventStoreOptions["reportDamage"]>,
): WindowWorld & {
  readonly tokens: TokenUses;
  readonly orgs: OrgReader;
  readonly shards: ShardCache;
  readonly suspended: SuspendedOrgs;
} {
  const client = dynamoClient();
  const now = () => new Date();
  const shards = new ShardCache(shardSettingsReader(client, tables.config), now);
  const suspended = new SuspendedOrgs(suspendedOrgsReader(client, tables.config), now);
  return {
    events: eventStore(client, tables.events, { shards, now, reportDamage }),
    shards,
    suspended,
    places: placeStore(client, tables.config),
    tokens: withSuspensions(tokenUses(client, tables.config), suspended),
    orgs: orgReader(client, tables.config),
    now,
  };
}
