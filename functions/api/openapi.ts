import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { handleDocuments } from "#shared/api/openapi-document/handler.ts";

/** Serves the home page, the OpenAPI document and the JSON Schemas, which are public. */
export const handler = createHttpHandler({ name: "documents", handle: handleDocuments, renderError });
