import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { handleDocuments } from "#shared/api/openapi-document/handler.ts";

/** Serves the page of the API, its OpenAPI document and its JSON Schemas. Needs no token: all are public. */
export const handler = createHttpHandler({ name: "documents", handle: handleDocuments, renderError: renderError });
