import { renderProblem } from "#shared/api/finzbooks/errors.ts";
import { answerDocuments } from "#shared/api/openapi/handler.ts";
import { http } from "#shared/platform/handlers/http-handler.ts";

/** Serves the page of the API, its OpenAPI document and its JSON Schemas. Needs no token: all are public. */
export const handler = http({ name: "documents", answer: answerDocuments, renderProblem });
