import { SuspendedOrgs, withSuspensions } from "../../shared/access/suspended-orgs.ts";
import { answerFinzbooks } from "../../shared/dialects/finzbooks/answer.ts";
import { renderProblem } from "../../shared/dialects/finzbooks/problem.ts";
import { ShardCache } from "../../shared/events/shard-directory.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { env } from "../../shared/lambda/env.ts";
import { http } from "../../shared/lambda/http.ts";
import { variables } from "../../shared/lambda/names.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { eventStore } from "../../shared/store/events.ts";
import { shardSettingsReader } from "../../shared/store/sharded-orgs.ts";
import { suspendedOrgsReader } from "../../shared/store/suspended-orgs.ts";
import { tokenUses } from "../../shared/store/token-uses.ts";

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
