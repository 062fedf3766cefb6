import { renderProblem } from "#shared/api/finzbooks/errors.ts";
import { http } from "#shared/api/handlers/http-handler.ts";
import { answerDocuments } from "#shared/api/openapi/handler.ts";

/** Serves the page of the API, its OpenAPI document and its JSON Schemas. Needs no token: all are public. */
export const handler = http({ name: "documents", answer: answerDocuments, renderProblem });
