import { answerSimplybooks } from "../../shared/dialects/simplybooks/answer.ts";
import { renderProblem } from "../../shared/dialects/simplybooks/problem.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { env } from "../../shared/lambda/env.ts";
import { http } from "../../shared/lambda/http.ts";
import { variables } from "../../shared/lambda/names.ts";
import { readWorld } from "../../shared/store/read-world.ts";

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
