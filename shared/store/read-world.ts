import type { TokenUses } from "../access/authenticate.ts";
import type { OrgReader } from "../access/org-directory.ts";
import { SuspendedOrgs, withSuspensions } from "../access/suspended-orgs.ts";
import { ShardCache } from "../events/shard-directory.ts";
import type { WindowWorld } from "../events/window.ts";
import { dynamoClient } from "./client.ts";
import { type EventStoreOptions, eventStore } from "./events.ts";
import { orgReader } from "./org-reader.ts";
import { placeStore } from "./places.ts";
import { shardSettingsReader } from "./sharded-orgs.ts";
import { suspendedOrgsReader } from "./suspended-orgs.ts";
import { tokenUses } from "./token-uses.ts";

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
