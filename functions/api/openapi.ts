import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { handleSpecs } from "#shared/api/openapi-description/handler.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { optionalEnv } from "#shared/platform/handlers/env.ts";

const consoleUrl = optionalEnv(envVars.consoleUrl);

/** Serves the home page, the OpenAPI description and the JSON Schemas, which are public. */
export const handler = createHttpHandler({
  name: "documents",
  handle: (request) => handleSpecs(request, consoleUrl),
  renderError,
});
