import { readWorld } from "#shared/api/dynamodb/read-ports.ts";
import { http } from "#shared/api/handlers/http-handler.ts";
import { renderProblem } from "#shared/api/simplybooks/errors.ts";
import { answerSimplybooks } from "#shared/api/simplybooks/handler.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";

const tables = { events: env(variables.eventsTable), config: env(variables.configTable) };
const world = readWorld(tables, reportDamagedItems);

/** Serves the SimplyBooks dialect behind the HTTP API; changes nothing but uses of tokens and places of lists. */
export const handler = http({
  name: "simplybooks",
  answer: answerSimplybooks(world),
  prefetch: () => {
    world.shards.prefetch();
    world.suspended.prefetch();
  },
  renderProblem,
});
