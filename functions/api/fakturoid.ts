import { createReadPorts } from "#shared/api/dynamodb/read-ports.ts";
import { renderError } from "#shared/api/fakturoid/errors.ts";
import { createFakturoidHandler } from "#shared/api/fakturoid/handler.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";

const tables = { events: env(envVars.eventsTable), config: env(envVars.configTable) };
const world = createReadPorts(tables, reportDamagedItems);

/** Serves the Fakturoid dialect behind the HTTP API; changes nothing but uses of tokens and places of lists. */
export const handler = createHttpHandler({
  name: "fakturoid",
  handle: createFakturoidHandler(world),
  prefetch: () => {
    world.shards.prefetch();
    world.suspended.prefetch();
  },
  renderError: renderError,
});
