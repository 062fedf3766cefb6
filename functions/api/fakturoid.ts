import { createOffsetDialectPorts } from "#shared/api/dynamodb/offset-dialect-ports.ts";
import { renderError } from "#shared/api/fakturoid/errors.ts";
import { createFakturoidHandler } from "#shared/api/fakturoid/handler.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";

const tables = { events: env(envVars.eventsTable), config: env(envVars.configTable) };
const ports = createOffsetDialectPorts(tables, reportDamagedItems);

/** Serves the Fakturoid dialect. Writes only the usage of tokens and page checkpoints. */
export const handler = createHttpHandler({
  name: "fakturoid",
  handle: createFakturoidHandler(ports),
  prefetch: () => {
    ports.shards.prefetch();
    ports.suspended.prefetch();
  },
  renderError,
});
