import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { handleSpecs } from "#shared/api/openapi-description/handler.ts";

/** Serves the home page, the OpenAPI description and the JSON Schemas, which are public. */
export const handler = createHttpHandler({ name: "documents", handle: handleSpecs, renderError });
