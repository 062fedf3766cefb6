import { renderProblem } from "#shared/api/finzbooks/errors.ts";
import { answerFinzbooks } from "#shared/api/finzbooks/handler.ts";
import { http } from "#shared/api/handlers/http-handler.ts";
import { suspendedOrgsReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { tokenUses } from "#shared/auth/dynamodb/token-use-store.ts";
import { SuspendedOrgs, withSuspensions } from "#shared/auth/orgs/suspended-orgs.ts";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardCache } from "#shared/events/shards/shard-settings-cache.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";

const client = dynamoClient();
const config = env(variables.configTable);
const now = () => new Date();
const shards = new ShardCache(shardSettingsReader(client, config), now);
const suspended = new SuspendedOrgs(suspendedOrgsReader(client, config), now);

/** Serves the FinzBooks dialect behind the HTTP API; changes nothing but the count of a token's uses. */
export const handler = http({
  name: "finzbooks",
  answer: answerFinzbooks({
    events: eventStore(client, env(variables.eventsTable), { shards, now, reportDamage: reportDamagedItems }),
    tokens: withSuspensions(tokenUses(client, config), suspended),
    now,
  }),
  prefetch: () => {
    shards.prefetch();
    suspended.prefetch();
  },
  renderProblem,
});
